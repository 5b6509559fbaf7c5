import { say, type CommandContext } from '../context.ts';
import { Failure } from '../failure.ts';
import { loadHost, targets } from '../hosts/host.ts';

/** `inspect NAME`: prints config.json, as JSON or with a template. */
export async function runInspect(context: CommandContext): Promise<void> {
  const [name, ...others] = targets(context);
  if (others.length > 0) {
    const { commandUsage } = await import('../usage.ts');
    process.stdout.write(commandUsage(context.program, context.command));
    throw new Failure('Error: Expected one machine name as an argument');
  }
  const { config } = loadHost(context, name);
  const format = context.flags.text('format');
  if (format === '') {
    say(JSON.stringify(config, null, 4));
    return;
  }
  const { compileTemplate } = await import('../template/render-template.ts');
  say(compile(compileTemplate, format)(config));
}

function compile(
  compileTemplate: typeof import('../template/render-template.ts').compileTemplate,
  format: string,
): (value: unknown) => string {
  try {
    return compileTemplate(format, { layout: 'map' });
  } catch (error) {
    throw new Failure(`template parsing error: ${(error as Error).message}`);
  }
}
