/** Copies standard input to standard output without passwords, tokens and private keys. */
import { text } from 'node:stream/consumers';
import { printInspection, redactSecrets } from '../helpers/process/text/redact-secrets.ts';

const input = await text(process.stdin);
process.stdout.write(redacted(input));

/** Keeps only the names of environment variables in an inspection; removes known secrets from any other text. */
function redacted(whole: string): string {
  try {
    return `${printInspection(JSON.parse(whole))}\n`;
  } catch {
    return redactSecrets(whole);
  }
}
