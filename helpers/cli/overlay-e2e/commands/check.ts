import { type Command, InvalidArgumentError, Option } from 'commander';
import { type DiagnosisCode, diagnosisCodes } from '../../../check/model/codes.ts';
import { suggestName } from '../../../process/text/suggest-name.ts';
import {
  type MetricsAddress,
  parseMetricsAddress,
} from '../../../report/metrics/metrics-address.ts';
import { describeCommand } from '../describe.ts';
import { toCount, toNeighbors, toPositive } from './argument-parsers.ts';
import { addTargetOptions } from './target-options.ts';

export function addCheck(program: Command): void {
  const command = addTargetOptions(
    program
      .command('check')
      .summary('diagnose a cluster: the running one, or your own')
      .description(
        'Checks a cluster layer by layer. Each finding has its place, its evidence and a fix.\nWithout a target, it checks the running topology of the state directory, or else the engine of the current Docker context. From one member it finds the whole cluster.',
      )
      .argument(
        '[target...]',
        'names of machines, or a file that describes a cluster: cluster.json',
      ),
  )
    .option('--no-probe', 'start no container on the hosts; skips kernels and live packets')
    .option(
      '--no-privileged',
      'start only containers that cannot enter other namespaces; skips kernels',
    )
    .option(
      '--probe-service <image>',
      'also examine nodes that only their swarm reaches, through tasks of a temporary service with this image of overlay-e2e',
    )
    .option('--limit <seconds>', 'time limit of the whole check (default: 60)', toPositive)
    .option(
      '--max-pairs <number>',
      'maximum number of ordered container pairs to probe, about 12 kB each (default: 1000, or as many as all containers need to occur)',
      toCount,
    )
    .option('--json', 'print one JSON document on standard output; progress goes to standard error')
    .option('--allure <folder>', 'add the check to the Allure results in that folder')
    .option('--junit <file>', 'write a JUnit report')
    .option('--sarif <file>', 'write the findings in SARIF 2.1.0')
    .option('--svg <file>', 'write a picture of the observed topology')
    .option(
      '--bundle <file>',
      'write the whole observation without secrets into one compressed file',
    )
    .addOption(
      new Option(
        '--redact <kind>',
        'with --bundle: also replace the names of hosts, containers, networks, services and images',
      ).choices(['names']),
    )
    .option('--from <file>', 'diagnose a support bundle instead of a cluster')
    .option(
      '--issue <code>',
      'print the findings with this code as an issue for moby, in Markdown, instead of the result',
      toCode,
    )
    .option('--watch <seconds>', 'check repeatedly and print only changes', toPositive)
    .option(
      '--metrics <address>',
      'with --watch: serve OpenMetrics at /metrics: 9469 for this computer only, 0.0.0.0:9469 for others as well',
      toMetricsAddress,
    )
    .option(
      '--neighbors <number>',
      'maximum number of other hosts that each host sends packets to (default: all of up to 20 hosts; of more hosts at least 10; with --metrics: 10)',
      toNeighbors,
    )
    .option(
      '--fix',
      'restore missing or wrong kernel entries, after a question for each, and check again',
    )
    .option('--yes', 'with --fix: do not ask')
    .option('--dry-run', 'with --fix: print the commands and change nothing')
    .action(async (target: string[], _options, self: Command) => {
      const { runCheck } = await import('../check.ts');
      process.exitCode = await runCheck(target, self.optsWithGlobals());
      // A host's name that is being looked up cannot be given up: it would keep this process for as long as that takes.
      setTimeout(() => process.exit(), 3000).unref();
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e check', does: 'the topology that "overlay-e2e up" left running' },
      {
        command: 'overlay-e2e check master-host worker-host',
        does: 'machines of docker-machine, by name (MACHINE_STORAGE_PATH)',
      },
      {
        command:
          'overlay-e2e check --engine tcp://10.0.0.1:2376 --engine tcp://10.0.0.2:2376 --tls-dir ~/.docker',
        does: 'engines that listen with TLS; the folder has ca.pem, cert.pem and key.pem',
      },
      {
        command: 'overlay-e2e check --engine ssh://me@10.0.0.1',
        does: 'the whole swarm of this manager, each node with the same user',
      },
      {
        command: 'overlay-e2e check --engine web=ssh://me@10.0.0.1 --engine db=ssh://me@10.0.0.2',
        does: 'through your own ssh, with names that you choose',
      },
      {
        command: 'overlay-e2e check --probe-service overlay-e2e',
        does: 'the whole swarm from the socket of a manager; see docs/check.md',
      },
      { command: 'overlay-e2e check --context web --context db', does: 'your Docker contexts' },
      {
        command: 'overlay-e2e check ./cluster.json',
        does: 'hosts and expectations that the file describes',
      },
      {
        command: 'overlay-e2e check --no-probe --json',
        does: 'query only the engines and start nothing; one JSON document',
      },
      {
        command: 'overlay-e2e check --junit check.xml --svg check.svg',
        does: 'a report for continuous integration and a picture',
      },
      {
        command: 'overlay-e2e check --bundle broken.json.gz',
        does: 'a file with all that the check has observed, for another person',
      },
      {
        command: 'overlay-e2e check --from broken.json.gz',
        does: 'the same findings anywhere, without Docker and without root',
      },
      {
        command: 'overlay-e2e check --from broken.json.gz --issue vxlan-blocked',
        does: 'a finding as an issue, in the form of moby’s bug reports',
      },
      {
        command: 'overlay-e2e check --watch 30',
        does: 'check every 30 seconds and print only changes',
      },
      {
        command: 'overlay-e2e check --watch 30 --metrics 9469',
        does: 'monitoring with Prometheus on this computer',
      },
      {
        command: 'overlay-e2e check --fix',
        does: 'restore kernel entries, after a question for each',
      },
    ],
    notes: [
      'On your hosts the check only reads. It runs one small container on each host and removes it afterward, with its image unless the host had it. With --no-privileged this container cannot enter other namespaces; with --no-probe it is not started. --probe-service also creates a global service and a secret in the swarm, and removes them.',
    ],
    exitCodes: [
      { codes: [0], means: 'healthy' },
      { codes: [1], means: 'findings, even if only a part of the cluster was examined' },
      {
        codes: [2],
        means:
          'no findings, but only a part of the cluster was examined; wrong usage or input, or the output could not be written',
      },
      { codes: [129, 130, 143], means: 'interrupted by a signal; the probes are removed' },
    ],
  });
}

function toCode(word: string): DiagnosisCode {
  const code = diagnosisCodes.find((one) => one === word);
  if (code !== undefined) return code;
  throw new InvalidArgumentError(suggestName(word, diagnosisCodes, 'codes'));
}

function toMetricsAddress(word: string): MetricsAddress {
  const address = parseMetricsAddress(word);
  if (address !== undefined) return address;
  throw new InvalidArgumentError(
    'It must be a port from 1 to 65535, or an IP address of this computer and a port: 0.0.0.0:9469.',
  );
}
