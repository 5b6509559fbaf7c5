import { reportFailure } from './failure.ts';
import { nextLines } from '../../report/run/next-steps.ts';
import { installPlugin, pluginFile, uninstallPlugin } from './plugin/plugin-file.ts';

/** Runs `overlay-e2e plugin install` or `uninstall` and returns the exit code. */
export async function runPlugin(
  action: 'install' | 'uninstall',
  { system = false }: { readonly system?: boolean },
): Promise<number> {
  try {
    const file = pluginFile(system);
    if (action === 'install') {
      await installPlugin(file);
      console.log(`✔ ${file}`);
      const check = {
        type: 'docker overlay check',
        does: 'checks the cluster of the current context',
      };
      for (const line of nextLines([check])) console.log(line);
    } else if (await uninstallPlugin(file)) console.log(`✔ ${file} removed`);
    else console.log(`✔ ${file} does not exist`);
    return 0;
  } catch (error) {
    return reportFailure(error);
  }
}
