import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createProgram } from '../../../helpers/cli/overlay-e2e/program.ts';

const folder = join(import.meta.dirname, '../../../.github/ISSUE_TEMPLATE');
const files = globSync('*.yml', { cwd: folder }).toSorted();
const forms = files.filter((file) => file !== 'config.yml');

// The fields that GitHub accepts, by its pages "Syntax for issue forms" and "Syntax for GitHub's form schema": it hides a
// form with any other field.
const validations = z.strictObject({ required: z.boolean() }).optional();
const id = z.string().regex(/^[\w-]+$/);
const text = z.string().min(1);
const element = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('markdown'),
    attributes: z.strictObject({ value: z.string() }),
  }),
  z.strictObject({
    type: z.literal('textarea'),
    id,
    attributes: z.strictObject({
      label: text,
      description: z.string().optional(),
      placeholder: z.string().optional(),
      value: z.string().optional(),
      render: z.enum(['shell', 'text', 'json', 'yaml', 'typescript']).optional(),
    }),
    validations,
  }),
  z.strictObject({
    type: z.literal('input'),
    id,
    attributes: z.strictObject({
      label: text,
      description: z.string().optional(),
      placeholder: z.string().optional(),
    }),
    validations,
  }),
  z.strictObject({
    type: z.literal('dropdown'),
    id,
    attributes: z.strictObject({
      label: text,
      description: z.string().optional(),
      options: z.array(z.string().min(1)).min(1),
    }),
    validations,
  }),
]);

const form = z.strictObject({
  name: z.string().min(3),
  description: z.string().min(3),
  title: z.string().optional(),
  labels: z.array(z.string().min(1)).optional(),
  body: z.array(element).min(1),
});

const config = z.strictObject({
  blank_issues_enabled: z.boolean(),
  contact_links: z
    .array(z.strictObject({ name: z.string(), url: z.url(), about: z.string() }))
    .optional(),
});

describe('The issue forms', () => {
  test('exist, with the configuration of the chooser', () => {
    expect(files).toEqual(['bug.yml', 'config.yml', 'feature.yml', 'wrong-verdict.yml']);
    expect(config.parse(read('config.yml')).blank_issues_enabled).toBe(false);
  });

  test.for(forms)('%s has the form that GitHub shows', (file) => {
    const questions = asked(file);
    expect(questions, 'there is something to fill in').not.toEqual([]);
    for (const words of [
      questions.map((one) => one.id),
      questions.map(({ attributes }) => attributes.label),
      ...questions.map((one) => (one.type === 'dropdown' ? one.attributes.options : [])),
    ]) {
      expect(new Set(words).size, words.join()).toBe(words.length);
    }
  });

  test('have different names', () => {
    expect(new Set(forms.map((file) => form.parse(read(file)).name)).size).toBe(forms.length);
  });

  test.for(forms)('%s asks for the output of doctor, with an existing command', (file) => {
    const labels = labelsOf(file);
    expect(labels).toContain('npx overlay-e2e doctor --json');
    for (const line of labels.filter((one) => one.startsWith('npx '))) {
      const [, , name = '', ...options] = line.split(' ');
      const command = createProgram().commands.find((one) => one.name() === name);
      const known = command?.options.map(({ long }) => long) ?? [];
      expect(known, line).toEqual(expect.arrayContaining(options));
    }
  });

  test('ask for the whole document of check, for a wrong finding', () => {
    const document = 'npx overlay-e2e check --json';
    expect(labelsOf('wrong-verdict.yml')).toContain(document);
    expect(required('wrong-verdict.yml')).toContain(document);
    expect(required('bug.yml')).toContain('npx overlay-e2e doctor --json');
  });
});

function read(file: string): unknown {
  return parse(readFileSync(join(folder, basename(file)), 'utf8'));
}

function asked(file: string) {
  return form.parse(read(file)).body.flatMap((one) => (one.type === 'markdown' ? [] : [one]));
}

function labelsOf(file: string): string[] {
  return asked(file).map(({ attributes }) => attributes.label);
}

function required(file: string): string[] {
  return asked(file)
    .filter(({ validations: { required: is } = { required: false } }) => is)
    .map(({ attributes }) => attributes.label);
}
