/**
 * Puts the overview where one looks first: above the results, in what scrolls with them, and only there. Allure's page makes
 * that anew whenever one comes back from a single result. Should it not be there at all, the overview stands above the page.
 */
export function placeOverview(id: string): string {
  return `
    (() => {
      const overview = document.getElementById('${id}');
      const place = () => {
        const results = document.querySelector('[data-testid=base-layout]:not([data-tr-scroll-container])');
        overview.hidden = location.hash.length > 1 || (results === null && !late);
        if (results !== null && overview.parentElement !== results) results.prepend(overview);
      };
      let late = false;
      new MutationObserver(place).observe(document.getElementById('app'), { childList: true, subtree: true });
      addEventListener('hashchange', place);
      addEventListener('popstate', place);
      setTimeout(() => {
        late = document.querySelector('[data-testid]') === null;
        place();
      }, 10_000);
      place();
    })();`;
}
