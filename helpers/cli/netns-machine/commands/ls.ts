import { alignColumns } from '../template/align-columns.ts';
import type { CommandContext } from '../context.ts';
import { Failure } from '../failure.ts';
import { filterHosts, parseFilters } from '../hosts/host-filters.ts';
import type { Host } from '../hosts/host-config.ts';
import { hostNames, loadHost } from '../hosts/host.ts';
import { type BrokenHost, listItems } from '../hosts/list-items.ts';
import { compileTemplate } from '../template/render-template.ts';

const TABLE =
  'table {{.Name}}\t{{.Active}}\t{{.DriverName}}\t{{.State}}\t{{.URL}}\t{{.Swarm}}\t{{.DockerVersion}}\t{{.Error}}';

const HEADINGS = {
  Name: 'NAME',
  Active: 'ACTIVE',
  ActiveHost: 'ACTIVE_HOST',
  ActiveSwarm: 'ACTIVE_SWARM',
  DriverName: 'DRIVER',
  State: 'STATE',
  URL: 'URL',
  Swarm: 'SWARM',
  SwarmOptions: 'SWARM_OPTIONS',
  EngineOptions: 'ENGINE_OPTIONS',
  DockerVersion: 'DOCKER',
  ResponseTime: 'RESPONSE',
  Error: 'ERRORS',
};

/** `ls`: prints a table of the machines. Queries their states and engine versions in parallel. */
export async function runLs(context: CommandContext): Promise<void> {
  const { flags } = context;
  const filters = parseFilters(flags.list('filter'));
  const { hosts, broken } = loadAll(context);
  const chosen = filterHosts(context, hosts, filters);
  if (flags.on('quiet')) {
    process.stdout.write(chosen.map(({ name }) => `${name}\n`).join(''));
    return;
  }
  const { table, template } = readFormat(flags.text('format') || TABLE);
  const render = compile(template);
  const items = await listItems(context, chosen, broken, flags.number('timeout') * 1000);
  const rows = table ? [HEADINGS, ...items] : items;
  const text = rows.map(render).join('');
  process.stdout.write(table ? alignColumns(text) : text);
}

function loadAll(context: CommandContext): { hosts: Host[]; broken: BrokenHost[] } {
  const hosts: Host[] = [];
  const broken: BrokenHost[] = [];
  for (const name of hostNames(context.storage)) {
    try {
      hosts.push(loadHost(context, name));
    } catch (error) {
      broken.push({ name, error: (error as Error).message });
    }
  }
  return { hosts, broken };
}

function readFormat(format: string): { table: boolean; template: string } {
  const table = format.startsWith('table');
  // As Go's strings.Trim(format, " "). The format is the user's own.
  // oxlint-disable-next-line regexp/no-super-linear-move
  const template = (table ? format.slice('table'.length) : format).replace(/^ +| +$/g, '');
  return { table, template: template.replaceAll('\\t', '\t').replaceAll('\\n', '\n') };
}

function compile(template: string): (item: unknown) => string {
  try {
    const render = compileTemplate(`${template}\n`, {
      layout: 'struct',
      typeName: 'commands.HostListItem',
    });
    return render;
  } catch (error) {
    throw new Failure((error as Error).message);
  }
}
