/** `npm run reference`: writes the generated files of docs/. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { referenceFiles, root } from './files.ts';

for (const [file, text] of Object.entries(referenceFiles())) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}
