import { lineOf } from '../../../../helpers/check/model/command.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { toJunit } from '../../../../helpers/report/findings/to-junit.ts';
import { absent, brokenReport, check, forwardingMissing, reportOf } from './reports.ts';

/** The schema of JUnit XML that Jenkins accepts. */
const schema = readFileSync(join(import.meta.dirname, 'schemas/junit-10.xsd'), 'utf8');

interface Case {
  readonly name: string;
  readonly failure?: { readonly message: string; readonly type: string; readonly '#text': string };
  readonly error?: { readonly message: string };
  readonly skipped?: { readonly message: string };
}

interface Suites {
  readonly testsuites: Readonly<Record<string, string>> & {
    readonly testsuite: readonly (Readonly<Record<string, string>> & {
      readonly testcase: readonly Case[];
    })[];
  };
}

const impossible = check('kernel-routes', 'kernel', 'routes lead to every host', {
  state: 'skipped',
  reason: 'the engine of worker-host refuses privileged containers',
  because: 'failed',
});
const broken = { ...brokenReport(), comparisons: [...brokenReport().comparisons, impossible] };

describe('A check as JUnit XML', () => {
  test('is valid according to Jenkins’ schema', async () => {
    for (const report of [reportOf(2), broken, reportOf(16)]) {
      const { valid, errors } = await validateXML({ xml: toJunit(report), schema });
      expect(valid, JSON.stringify(errors)).toBe(true);
    }
    const without = toJunit(broken).replaceAll(' name="', ' nam="');
    expect((await validateXML({ xml: without, schema })).valid).toBe(false);
  });

  test('has a suite for each layer and a case for each comparison, and counts them', () => {
    const { testsuites } = read(toJunit(broken));
    expect(testsuites).toMatchObject({
      name: 'topology seed',
      tests: '6',
      failures: '2',
      errors: '1',
      time: '2.140',
    });
    expect(testsuites.testsuite.map(({ name, tests, skipped }) => [name, tests, skipped])).toEqual([
      ['engines', '2', '1'],
      ['kernel', '2', '0'],
      ['paths', '1', '0'],
      ['application', '1', '1'],
    ]);
  });

  test('a failure has its finding with the fix command; a consequence names its cause', () => {
    const cases = casesOf(toJunit(broken));
    const cause = cases.get('every host knows where each container is')?.failure;
    expect(cause).toMatchObject({ type: 'forwarding-entry-missing' });
    expect(cause?.message).toMatch(/^forwarding-entry-missing: the kernel of master-host/);
    expect(cause?.['#text']).toContain(lineOf(forwardingMissing.action?.commands ?? []));
    const consequence = cases.get('every container reaches every other')?.failure;
    expect(consequence?.message).toMatch(/^only because of forwarding-entry-missing: /);
  });

  test('a comparison that could not run is an error; an unrequested one is skipped with the reason', () => {
    const cases = casesOf(toJunit(broken));
    expect(cases.get('routes lead to every host')?.error?.message).toBe(
      'could not run: the engine of worker-host refuses privileged containers',
    );
    expect(cases.get('the application answers as it should')?.skipped?.message).toBe(
      'nobody said which application there is',
    );
  });

  test('the name of a container stays text, also with markup', async () => {
    const hostile = 'a "b" <c> & ]]> \u001b[31m \ud800 \u0000 é 名';
    const report = {
      ...brokenReport(),
      target: hostile,
      diagnoses: [],
      comparisons: [
        check('names', 'names', hostile, {
          state: 'failed',
          differences: [{ ...absent, text: hostile }],
        }),
      ],
    };
    const xml = toJunit(report);
    expect((await validateXML({ xml, schema })).valid).toBe(true);
    const expected = 'a "b" <c> & ]]> \ufffd[31m \ufffd \ufffd é 名';
    expect(read(xml).testsuites['name']).toBe(expected);
    expect(casesOf(xml).get(expected)?.failure).toEqual({ message: expected, '#text': expected });
  });
});

function casesOf(xml: string): ReadonlyMap<string, Case> {
  const cases = read(xml).testsuites.testsuite.flatMap(({ testcase }) => testcase);
  return new Map(cases.map((one) => [one.name, one]));
}

function read(xml: string): Suites {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseAttributeValue: false,
    parseTagValue: false,
    isArray: (name) => name === 'testsuite' || name === 'testcase',
  });
  return parser.parse(xml) as Suites;
}
