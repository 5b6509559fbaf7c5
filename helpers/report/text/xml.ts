/** Escapes untrusted text for an attribute's value or a text's content. */
export function escapeXml(text: string): string {
  return (
    text
      // XML has no word for control characters, not even an escaped one.
      // oxlint-disable-next-line eslint/no-control-regex -- It is them that must go.
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replaceAll(
        /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
        '\ufffd',
      )
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element. Content is markup already, of this function or {@link escapeXml}. */
export function element(
  name: string,
  attributes: Attributes,
  ...content: readonly string[]
): string {
  const said = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escapeXml(String(value))}"`],
  );
  const start = `<${name}${said.join('')}`;
  return content.length === 0 ? `${start}/>` : `${start}>${content.join('')}</${name}>`;
}
