import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { firstLine } from '../../../process/errors/harness-error.ts';
import { InputError } from '../../../process/errors/input-error.ts';
import {
  checkName,
  findUnsuitableFields,
  type WrongField,
  wrong,
  wrongFields,
} from '../wrong-fields.ts';
import { type StackFile, stackFileSchema } from './stack-schema.ts';
import { readYamlSource } from './yaml-source.ts';

/** A stack file with the content of its configs and secrets. */
export interface ReadStack {
  readonly stack: StackFile;
  /** The content of files, by the path in the stack file. */
  readonly contents: ReadonlyMap<string, string>;
}

/** Bytes of a config or secret that the managers store at most. */
const mostBytes = 500 * 1024;

/** Reads and checks a stack file. Reports all errors of the file together, each with its line and column. */
export async function readStack(file: string): Promise<ReadStack> {
  const source = readYamlSource(await readText(file, 'name a stack file'));
  if ('reason' in source) {
    throw new InputError({
      code: 'file-unreadable',
      subject: `${file}:${source.position.line}:${source.position.column}`,
      observed: `invalid YAML: ${firstLine(source.reason)}`,
    });
  }
  const content = withoutExtensions(source.content);
  const placeOf = (path: readonly PropertyKey[]) => {
    const { line, column } = source.positionOf(path);
    return `${file}:${line}:${column}`;
  };
  const unsuitable = findUnsuitableFields(stackFileSchema, content).map(explainUnsupported);
  if (unsuitable.length > 0) throw wrongFields(file, placeOf, 'a stack file', unsuitable);
  const stack = stackFileSchema.parse(content);
  const unknown = findUnknownNames(stack);
  if (unknown.length > 0) throw wrongFields(file, placeOf, 'a stack file', unknown);
  return { stack, contents: await readContents(file, stack, placeOf) };
}

/** Removes the keys `x-…`, in which files keep parts for anchors. */
function withoutExtensions(content: unknown): unknown {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return content;
  return Object.fromEntries(Object.entries(content).filter(([key]) => !key.startsWith('x-')));
}

/** Most unknown keys are valid for the docker client, which may also ignore them. */
function explainUnsupported(field: WrongField): WrongField {
  if (field.observed !== 'unknown field') return field;
  const key = String(field.path.at(-1));
  return { ...field, observed: `the key "${key}" is not supported in stack files` };
}

function findUnknownNames({ services, networks = {}, configs = {}, secrets = {} }: StackFile) {
  return Object.entries(services).flatMap(([name, service]): WrongField[] => {
    const path = ['services', name];
    const lists = [
      ...(service.networks ?? []).map((one, at) => ({
        path: [...path, 'networks', at],
        used: one.name,
        known: ['default', ...Object.keys(networks)],
        what: 'network',
      })),
      ...(service.configs ?? []).map(({ source }, at) => ({
        path: [...path, 'configs', at],
        used: source,
        known: Object.keys(configs),
        what: 'config',
      })),
      ...(service.secrets ?? []).map(({ source }, at) => ({
        path: [...path, 'secrets', at],
        used: source,
        known: Object.keys(secrets),
        what: 'secret',
      })),
    ];
    return lists.flatMap(({ path: place, used, known, what }) =>
      known.length > 0
        ? checkName(place, used, known, what)
        : [wrong(place, `unknown ${what} "${used}"`, `the file has no ${what}s`)],
    );
  });
}

async function readContents(
  file: string,
  { configs = {}, secrets = {} }: StackFile,
  placeOf: (path: readonly PropertyKey[]) => string,
): Promise<ReadonlyMap<string, string>> {
  const contents = new Map<string, string>();
  for (const [kind, all] of Object.entries({ configs, secrets })) {
    for (const [name, one] of Object.entries(all)) {
      if (!('file' in one)) continue;
      const place = placeOf([kind, name, 'file']);
      const text = await readText(resolve(dirname(file), one.file), 'name an existing file', place);
      if (Buffer.byteLength(text) <= mostBytes) {
        contents.set(one.file, text);
        continue;
      }
      throw new InputError({
        code: 'input-invalid',
        subject: place,
        observed: `${one.file} has more than 500 KB, which managers do not store`,
      });
    }
  }
  return contents;
}

async function readText(file: string, hint: string, subject = file): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new InputError({
      code: 'file-unreadable',
      subject,
      observed: firstLine(cause),
      hint,
      cause,
    });
  }
}
