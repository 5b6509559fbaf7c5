import { describe, expect } from 'vitest';
import type { TraceReport } from '../../helpers/check/model/trace.ts';
import { traceCluster } from '../../helpers/check/trace/trace-cluster.ts';
import { renderTrace } from '../../helpers/report/text/render-trace.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { stopAtFailure } from '../stop-at-failure.ts';
import { names, type ServiceLab } from './service-lab.ts';
import { test } from './service-test.ts';

const STAYS = "trap 'exit 0' TERM; while :; do busybox sleep 1 & wait; done";

describe('A trace of one packet in a swarm with services', { shuffle: false }, () => {
  stopAtFailure();

  test('to a service shows mark, virtual service and real server of the load balancer', async ({
    lab,
  }) => {
    const report = await trace(lab, { from: 'api', to: 'web', port: 80 });
    const text = textOf(report);
    expect(report.outcome, text).toBe('answered');
    expect(report.to).toMatchObject({ service: 'web', address: lab.address() });
    expect(report.server?.container, text).toMatch(/^web\.[12]\./);
    expect(entriesAt(report, 'load-balancer'), text).toEqual(
      expect.arrayContaining([
        ['mark', expect.stringContaining(`-d ${lab.address()}/32 -j MARK --set-xmark`)],
        ['virtual-service', expect.stringMatching(/^FWM \d+, 2 real servers$/)],
        ['real-server', expect.stringMatching(/^10\.30\.0\.\d+ Masq weight 1$/)],
      ]),
    );
    expect(changesOf(report), text).toContainEqual(
      expect.stringMatching(
        new RegExp(`^destination ${lab.address()}:80 is now 10\\.30\\.0\\.\\d+:80$`),
      ),
    );
  });

  test.for(['two', 'here'] as const)(
    'from %s to a published port shows the routing mesh',
    async (from, { lab }) => {
      const report = await trace(lab, {
        from: from === 'here' ? undefined : from,
        to: 'one',
        port: 8080,
      });
      const text = textOf(report);
      expect(report.outcome, text).toBe('answered');
      expect(report.server?.container, text).toMatch(/^web\.[12]\./);
      expect(entriesAt(report, 'host'), text).toContainEqual([
        'nat',
        expect.stringMatching(/^-A DOCKER-INGRESS -p tcp -m tcp --dport 8080 -j DNAT /),
      ]);
      expect(entriesAt(report, 'mesh'), text).toContainEqual([
        'mark',
        expect.stringMatching(/^-p tcp --dport 8080 -j MARK --set-xmark /),
      ]);
      expect(entriesAt(report, 'container'), text).toContainEqual([
        'nat',
        expect.stringMatching(/-j REDIRECT --to-ports 80$/),
      ]);
    },
  );

  test('ends at the load balancer without the mark of the service', async ({ lab }) => {
    const rules = await lab.inside(
      'one',
      `nsenter --net=${lab.sandbox('front')} iptables -t mangle -S INPUT | grep "${lab.address()}/32"`,
    );
    const change = async (letter: string) =>
      await lab.inside(
        'one',
        `nsenter --net=${lab.sandbox('front')} iptables -t mangle ${rules.replace('-A', letter)}`,
      );
    await change('-D');
    try {
      const report = await trace(lab, { from: 'one/api', to: 'web', port: 80 });
      const text = textOf(report);
      expect(report.outcome, text).not.toBe('answered');
      expect(report.cause, text).toMatchObject({ kind: 'mark' });
      const last = report.hops.findLast(({ part }) => part === 'request');
      expect(last?.place, text).toMatchObject({ host: 'one', kind: 'load-balancer' });
    } finally {
      await change('-A');
    }
  });

  test('in an encrypted network shows ESP between the hosts, and no VXLAN in the clear', async ({
    lab,
    onTestFinished,
  }) => {
    onTestFinished(async () => {
      for (const node of names) await lab.inside(node, `docker rm -f on-${node}`);
      await lab.inside('one', 'docker network rm secret');
    });
    await lab.inside(
      'one',
      'docker network create --driver overlay --attachable --opt encrypted secret',
    );
    for (const node of names) {
      await lab.inside(
        node,
        `docker run -d --name on-${node} --network secret ${BUSYBOX} sh -c "${STAYS}"`,
      );
    }
    await lab.inside(
      'one',
      'until docker exec on-one busybox ping -c 1 -w 2 on-two >/dev/null; do sleep 1; done',
    );
    const report = await trace(lab, { from: 'on-one', to: 'on-two' });
    const text = textOf(report);
    expect(report, text).toMatchObject({ outcome: 'answered', isEncrypted: true });
    const between = report.hops.filter(
      ({ place, device }) => place.kind === 'host' && device !== 'input',
    );
    expect(
      between.map(({ kind, direction, place }) => [place.host, kind, direction]),
      text,
    ).toEqual([
      ['one', 'esp', 'out'],
      ['two', 'esp', 'in'],
      ['two', 'esp', 'out'],
      ['one', 'esp', 'in'],
    ]);
    const states = between.flatMap(({ entries }) => entries.filter(({ kind }) => kind === 'state'));
    expect(states, text).toHaveLength(4);
    expect(
      states.filter(({ wrong }) => wrong !== undefined),
      text,
    ).toEqual([]);
  });
});

async function trace(
  { target }: ServiceLab,
  { from, to, port }: { from: string | undefined; to: string; port?: number },
): Promise<TraceReport> {
  const protocol = port === undefined ? 'icmp' : 'tcp';
  return await traceCluster(target, { from, to, port, protocol, network: undefined }, {});
}

function textOf(report: TraceReport): string {
  return renderTrace(report, { color: false, width: 100 });
}

function entriesAt({ hops }: TraceReport, kind: string) {
  return hops
    .filter(({ place, part }) => place.kind === kind && part === 'request')
    .flatMap(({ entries }) => entries.map((one) => [one.kind, one.text]));
}

function changesOf({ hops }: TraceReport): string[] {
  return hops.flatMap(({ changes }) => [...changes]);
}
