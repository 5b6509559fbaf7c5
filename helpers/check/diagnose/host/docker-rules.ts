import { duplicateBackend, deletionsOf } from '../../derive/docker-rules.ts';
import { hostNamed } from '../../derive/find-host.ts';
import type { Command } from '../../model/command.ts';
import { ofKind } from '../../model/difference.ts';
import { ruleFor } from '../rule.ts';
import { symptomsOfGateway } from './gateway.ts';

/** The most commands of one fix. */
const MOST = 40;

/** Firewall rules of an engine that something else has deleted. */
export const dockerRulesMissing = ruleFor('docker-rules-missing', 'docker-rules-missing', {
  consequences: (cause, open, observation) => [
    ...symptomsOfGateway(cause, open, observation),
    ...ofKind(open, 'mesh-rule-missing').filter(({ where }) => where.host === cause.where.host),
  ],
  action: ({ where: { host } }) => ({
    kind: 'fix',
    host,
    commands: [['systemctl', 'restart', 'docker']],
    effect:
      'Restarts the engine, which then writes its rules again. Containers stop unless they have a restart policy or the engine uses live-restore. Configure the other firewall so that a reload keeps the rules of Docker.',
  }),
});

/** Firewall rules of an engine in two backends of iptables: packets must pass both. */
export const dockerRulesDuplicated = ruleFor('docker-rules-duplicated', 'docker-rules-duplicated', {
  consequences: symptomsOfGateway,
  action: ({ where: { host }, observed: { tool } }, observation) => {
    const view = hostNamed(observation, host);
    const double = view && duplicateBackend(view);
    if (double === undefined) return undefined;
    const program = tool === 'iptables-legacy' ? 'iptables-legacy' : 'iptables';
    const policy: Command[] =
      double.forwardPolicy === 'DROP' ? [[program, '-P', 'FORWARD', 'ACCEPT']] : [];
    const commands: Command[] = [...policy, ...deletionsOf(double)];
    if (commands.length > MOST) {
      return {
        kind: 'next-step',
        host,
        commands: [[program, '-S']],
        effect: `Shows the rules in ${tool}, which the engine no longer uses. Restart the host to remove them, and select one backend for iptables.`,
      };
    }
    return {
      kind: 'fix',
      host,
      commands,
      effect: `Deletes the rules of Docker in ${tool}, which the engine no longer uses, until something restores them. Let all programs of the host use one backend for iptables.`,
    };
  },
});
