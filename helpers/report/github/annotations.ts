import { printable, printableLines } from '../../process/text/printable.ts';
import { redactSecrets } from '../../process/text/redact-secrets.ts';

/** An annotation of a job of GitHub Actions. */
export interface Annotation {
  readonly level: 'error' | 'warning';
  readonly title: string;
  readonly message: string;
}

/** GitHub shows this number of annotations of each level for one step. */
const shownAnnotations = 10;

/** Characters of a message. */
const messageLimit = 4000;

/** Returns the workflow commands of these annotations, as far as GitHub shows them. */
export function annotationLines(annotations: readonly Annotation[]): string[] {
  return annotations.slice(0, shownAnnotations).map(({ level, title, message }) => {
    const text = redactSecrets(message).slice(0, messageLimit);
    return `::${level} title=${escapeProperty(title)}::${escapeData(text)}`;
  });
}

/** Keeps the line breaks of a message; the runner restores them. */
function escapeData(text: string): string {
  return printableLines(text).replaceAll('%', '%25').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(printable(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
