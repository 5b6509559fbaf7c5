import type { TestResult } from '@allurereport/core-api';
import type { AllureReport } from '@allurereport/core';
import AwesomePlugin, { type AwesomePluginOptions } from '@allurereport/plugin-awesome';
import { hostPrefix } from '../results/results-writer.ts';
import type { Files } from './pack-files.ts';
import { withLanes } from './worker-lanes.ts';

type Store = AllureReport['store'];
type Context = Parameters<AwesomePlugin['done']>[0];

/**
 * A plugin of Allure that makes the report of Allure's plugin Awesome, and adds one file instead of its thousands.
 *
 * @param options.render makes the file `index.html` of the files of Awesome
 */
export class PagePlugin {
  readonly #options: AwesomePluginOptions;
  readonly #render: (store: Store, files: Files) => Promise<string>;

  constructor(
    options: AwesomePluginOptions,
    render: (store: Store, files: Files) => Promise<string>,
  ) {
    this.#options = options;
    this.#render = render;
  }

  /**
   * Passed set-ups and teardowns are in nothing that Allure counts and lists, so that the report has as many tests as the
   * terminal. They have pages, to which the overview links. A failed one is counted, as on the terminal.
   */
  async done(context: Context, store: Store): Promise<void> {
    const all = await collectFiles(this.#options, context, store);
    const options = { ...this.#options, filter: isCounted };
    const counted = await collectFiles(options, context, listing(store));
    const files = new Map([
      ...[...all].filter(([name]) => !isList(name)),
      ...[...counted].filter(([name]) => isList(name)),
    ]);
    const page = await this.#render(store, files);
    await context.reportFiles.addFile('index.html', Buffer.from(page));
  }
}

function isCounted({ fullName = '', status }: TestResult): boolean {
  return !fullName.startsWith(hostPrefix) || status !== 'passed';
}

/** Returns true for a file with counts or a list. Charts compare with earlier runs, which have all results. */
function isList(name: string): boolean {
  return name.startsWith('widgets/') && name !== 'widgets/charts.json';
}

/** Runs the plugin Awesome, and keeps its files in memory. */
async function collectFiles(
  options: AwesomePluginOptions,
  context: Context,
  store: Store,
): Promise<Files> {
  const files = new Map<string, Buffer>();
  const own: Context = {
    ...context,
    reportFiles: {
      addFile: async (name, content) => {
        files.set(name, content);
        return await Promise.resolve(name);
      },
    },
  };
  const plugin = new AwesomePlugin(options);
  await plugin.start(own);
  await plugin.done(own, store);
  return files;
}

/** Returns the store for lists, which need no contents of attachments. */
function listing(store: Store): Store {
  const changed: Partial<Store> = {
    allTestResults: async (options) => withLanes(await store.allTestResults(options)),
    allAttachments: async () => await Promise.resolve([]),
  };
  return new Proxy(store, {
    get: (target, key) => {
      const value: unknown = Reflect.get(key in changed ? changed : target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
