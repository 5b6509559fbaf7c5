/**
 * Places the overview at the top: above the results, in their scroll area, and only there. Allure's page renders this area
 * again after each single result. Without the area, the overview is above the page.
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
