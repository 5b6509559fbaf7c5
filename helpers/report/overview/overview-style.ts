/**
 * Returns styles like Allure's own cards, with its color variables, so that they follow the reader's theme. The value after
 * a comma applies until Allure's styles are loaded.
 */
export function overviewStyle(id: string): string {
  return `
#${id}:not([hidden]) {
  display: block; box-sizing: border-box; max-width: 920px; margin: 0 auto 16px; padding: 20px 24px;
  border-radius: 12px; background: var(--color-bg-primary, Canvas); color: var(--color-text-primary, CanvasText);
  box-shadow: var(--shadow-small, none); font: 14px/20px var(--font-family, system-ui, sans-serif); overflow-wrap: anywhere;
}
#${id}[hidden] { display: none; }
#${id} h2 { margin: 0; font-size: 22px; line-height: 30px; font-weight: 700; }
#${id} h3 { margin: 0 0 4px; font-size: 16px; line-height: 24px; font-weight: 700; }
#${id} h4 { margin: 6px 0 0; font-size: 14px; line-height: 20px; font-weight: 700; }
#${id} b { font-weight: 700; }
#${id} p { margin: 2px 0; }
#${id} ul { margin: 0; padding: 0 0 0 18px; list-style: disc; }
#${id} li { margin: 2px 0; }
#${id} a { color: var(--color-link-text, LinkText); text-decoration: underline; text-underline-offset: 2px; }
#${id} small, #${id} .rest { color: var(--color-text-secondary, GrayText); font-size: 12px; line-height: 18px; }
#${id} code, #${id} .message { font: 12px/18px var(--font-family-mono, ui-monospace, monospace); }
#${id} code { padding: 1px 5px; border-radius: 4px; background: var(--color-bg-secondary, transparent); font-weight: 600; }
#${id} .message { color: var(--color-text-secondary, GrayText); }
#${id} .verdict { margin: -20px -24px 16px; padding: 16px 24px; border-radius: 12px 12px 0 0; border-left: 6px solid; }
#${id} .good.verdict { background: var(--color-status-passed-bg-subtle, transparent); border-color: var(--color-status-passed-border, green); }
#${id} .bad.verdict { background: var(--color-status-failed-bg-subtle, transparent); border-color: var(--color-status-failed-border, red); }
#${id} .verdict.good h2, #${id} .run.good { color: var(--color-status-passed-text, green); }
#${id} .verdict.bad h2, #${id} .run.bad, #${id} .broken h3 { color: var(--color-status-failed-text, red); }
#${id} .runs { font-size: 12px; }
#${id} .run { cursor: help; }
#${id} .broken { margin: 0 0 14px; }
#${id} .defect { margin: 0 0 4px; }
#${id} .mark { font-size: 12px; padding: 1px 6px; border-radius: 8px; background: var(--color-bg-secondary, transparent); white-space: nowrap; }
#${id} .sign { display: inline-block; width: 1.2em; }
#${id} .columns { display: grid; grid-template-columns: 1fr 1fr; gap: 16px 32px; margin: 4px 0 12px; }
#${id} .ground { margin: 0 0 8px; }
#${id} .pictures { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 16px; margin: 8px 0; }
#${id} figure { flex: 1 1 380px; margin: 0; max-width: 100%; }
#${id} figure img { display: block; max-width: 100%; max-height: 70vh; color-scheme: light; }
[data-theme=dark] #${id} figure img { color-scheme: dark; }
#${id} .cause { margin: 0 0 10px; }
#${id} .command { display: flex; align-items: flex-start; gap: 8px; margin: 4px 0; }
#${id} pre { flex: 1; min-width: 0; margin: 4px 0; padding: 8px 10px; overflow-x: auto; border-radius: 6px; background: var(--color-bg-secondary, transparent); font: 12px/18px var(--font-family-mono, ui-monospace, monospace); white-space: pre-wrap; }
#${id} pre code { padding: 0; background: none; font-weight: 400; }
#${id} button { margin: 4px 0; padding: 7px 12px; border: 1px solid var(--color-border-default, GrayText); border-radius: 6px; background: var(--color-bg-primary, Canvas); color: inherit; font: inherit; font-size: 12px; cursor: pointer; }
#${id} .page { margin: 4px 0; }
#${id} .page h4, #${id} .page h5, #${id} .page h6 { margin: 10px 0 2px; font-weight: 700; }
#${id} .page ol { margin: 0; padding: 0 0 0 18px; list-style: decimal; }
#${id} .page table { display: block; overflow-x: auto; margin: 6px 0; border-collapse: collapse; }
#${id} .page th, #${id} .page td { padding: 3px 8px; border: 1px solid var(--color-border-default, GrayText); text-align: left; vertical-align: top; }
#${id} .broken figure { margin: 8px 0; }
#${id} summary { cursor: pointer; font-weight: 600; }
#${id} .more summary { font-weight: 400; color: var(--color-text-secondary, GrayText); }
#${id} .way-on { margin-top: 12px; padding-top: 10px; border-top: 1px solid var(--color-border-default, GrayText); color: var(--color-text-secondary, GrayText); }
@media (max-width: 640px) {
  #${id}:not([hidden]) { padding: 16px; }
  #${id} .verdict { margin: -16px -16px 12px; padding: 12px 16px; }
  #${id} .columns { grid-template-columns: 1fr; }
  #${id} .mark { white-space: normal; }
  /* In letters that one can read; it scrolls. */
  #${id} figure { overflow-x: auto; }
  #${id} figure img { max-width: none; width: 720px; max-height: none; }
  #${id} .command { flex-direction: column; align-items: stretch; }
  #${id} .verdict h2 { font-size: 18px; line-height: 25px; }
}
`;
}
