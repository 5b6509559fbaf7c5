import { expect, test } from 'vitest';
import { printEvidence } from '../../../../helpers/report/results/evidence.ts';

test('evidence is attached without secrets: text, and responses of engines', () => {
  expect(printEvidence('MYSQL_ROOT_PASSWORD=hunter2\nready')).toEqual({
    text: 'MYSQL_ROOT_PASSWORD=…\nready',
    contentType: 'text/plain',
  });
  const { text, contentType } = printEvidence({ Config: { Env: ['DSN=hunter2'] }, Name: 'db' });
  expect(JSON.parse(text)).toEqual({ Config: { Env: ['DSN=…'] }, Name: 'db' });
  expect(contentType).toBe('application/json');
});
