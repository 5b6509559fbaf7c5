import { join } from 'node:path';
import { docOfExport, docsOfInterface, type MemberDocs } from './interface-docs.ts';
import { page } from './markdown.ts';

const folder = join(import.meta.dirname, '../../spec');
const entry = join(folder, 'spec.ts');

/** The reference of `overlay-e2e/spec`, out of the docstrings that an editor shows. */
export function fixturesPage(): string {
  return page('Fixtures and matchers', [
    "What a spec of one's own imports from `overlay-e2e/spec`. An editor shows the same.",
    ...section('`test`', docOfExport(entry, 'test'), entry, 'SpecFixtures'),
    ...section('`testOf`', docOfExport(entry, 'testOf')),
    ...section('What `machine` gives', undefined, entry, 'SpecMachine'),
    ...section('What `lab` has', undefined, join(folder, 'lab.ts'), 'Lab'),
    ...section('What `check` has', undefined, join(folder, 'check.ts'), 'Check'),
    ...section('What `expect` knows', undefined, join(folder, 'expect.ts'), 'Matchers'),
    ...section('`PingExpectation`', undefined, matcher('to-ping.ts'), 'PingExpectation'),
    ...docsOfInterface(join(folder, '../engine/ping.ts'), 'PingOptions')
      // Nothing for people who write a spec: a matcher ends by itself.
      .members.filter(({ name }) => name !== 'signal')
      .flatMap(memberParts),
    ...section('`ReachOptions`', undefined, matcher('to-reach.ts'), 'ReachOptions'),
    ...section('`GetExpectation`', undefined, matcher('to-get.ts'), 'GetExpectation'),
    ...section('`ResolveOptions`', undefined, matcher('to-resolve.ts'), 'ResolveOptions'),
  ]);
}

function section(title: string, lead?: string, file?: string, name = ''): string[] {
  const docs = file === undefined ? undefined : docsOfInterface(file, name);
  return [
    `## ${title}`,
    ...[lead, lead === undefined ? docs?.doc : undefined].flatMap((one) => one ?? []),
    ...(docs?.members ?? []).flatMap(memberParts),
  ];
}

function memberParts({ name, signature, doc }: MemberDocs): string[] {
  return [`### \`${name}\``, `\`\`\`ts\n${signature}\n\`\`\``, ...(doc === undefined ? [] : [doc])];
}

function matcher(file: string): string {
  return join(folder, 'matchers', file);
}
