/** `npm run schema`: publishes the JSON Schema of what `overlay-e2e check --json` prints. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentSchema } from './audit-document.ts';

const file = join(import.meta.dirname, '../../../docs/check.schema.json');
writeFileSync(file, `${JSON.stringify(documentSchema(), undefined, 2)}\n`);
