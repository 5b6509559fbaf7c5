import { join } from 'node:path';
import { docOfExport, docsOfInterface, type MemberDocs } from './interface-docs.ts';
import { page } from './markdown.ts';

const folder = join(import.meta.dirname, '../../helpers/spec');
const entry = join(folder, 'spec.ts');

/** Returns the reference page of `overlay-e2e/spec`, from the doc comments that an editor shows. */
export function fixturesPage(): string {
  return page('Fixtures and matchers', [
    'Import these in your own specs from `overlay-e2e/spec`. Your editor shows the same text.',
    ...section('`test`', docOfExport(entry, 'test'), entry, 'SpecFixtures'),
    ...section('`testOf`', docOfExport(entry, 'testOf')),
    ...section('Members of `machine`', undefined, entry, 'SpecMachine'),
    ...section('Members of `lab`', undefined, join(folder, 'lab.ts'), 'Lab'),
    ...section('Members of `lab.service(…)`', undefined, join(folder, 'service.ts'), 'Service'),
    ...section('Members of a task', undefined, join(folder, 'service.ts'), 'Task'),
    ...section('Members of `check`', undefined, join(folder, 'check.ts'), 'Check'),
    ...section('Matchers of `expect`', undefined, join(folder, 'expect.ts'), 'Matchers'),
    ...section('`PingExpectation`', undefined, matcher('to-ping.ts'), 'PingExpectation'),
    ...docsOfInterface(join(folder, '../docker/containers/ping.ts'), 'PingOptions')
      // `signal` is an internal field of a matcher.
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
