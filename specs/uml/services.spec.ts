import { describe, expect } from 'vitest';
import { notesOf } from '../../helpers/check/derive/notes.ts';
import { firstServer, inSandbox, serviceDefects } from '../diagnosis/defects/services.ts';
import { expectFoundAndFixed } from './expect-found.ts';
import { findingsOf, textOf } from './findings.ts';
import { test } from './service-test.ts';

describe('A check of services', () => {
  test('has a note about connections that are idle for too long', async ({ lab }) => {
    await lab.inside(
      'two',
      `id=$(docker ps --quiet --filter name=api); docker exec --detach "$id" sh -c 'sleep 1000 | busybox nc web 80'`,
    );
    const { observation } = await lab.audit();
    expect(notesOf(observation).filter((note) => note.includes('idle'))).toEqual([
      expect.stringMatching(/connections to web that are idle for 900 s.*only after 7200 s/),
    ]);
  });

  test('finds nothing while a service is updated, scaled and moved between the nodes', async ({
    lab,
  }) => {
    for (const change of [
      'docker service update --detach --force web',
      'docker service scale --detach web=1',
      'docker service scale --detach web=2',
      'docker node update --availability drain two',
      'docker node update --availability active two',
      'docker service update --detach --force web; docker service update --detach --force api',
    ]) {
      await lab.inside('one', change);
      expect(findingsOf(await lab.audit()), change).toEqual([]);
    }
    await lab.inside('one', 'docker service update --detach --force web');
    await lab.settle();
    expect(await lab.audit()).toMatchObject({ verdict: 'healthy' });
  });

  test.for(serviceDefects)(
    'finds $code alone, and its fix works: $way',
    async (defect, { lab }) => {
      await expectFoundAndFixed(lab, defect);
    },
  );

  test('writes lost rules and addresses of load balancers again with --fix', async ({ lab }) => {
    await lab.inside(
      'one',
      `${inSandbox(lab, 'front', 'iptables -t mangle -F')}; ${inSandbox(lab, 'front', 'iptables -t nat -F POSTROUTING')}
${inSandbox(lab, 'front', `ip address del ${lab.address()}/32 dev eth0`)}`,
    );
    await lab.inside('two', 'iptables -t nat -F DOCKER-INGRESS');
    const report = await lab.audit();
    expect(findingsOf(report), textOf(report)).toEqual([
      { code: 'service-vip-missing', where: { host: 'one', network: 'front' } },
      { code: 'ingress-rule-missing', where: { host: 'two', service: 'web' } },
    ]);
    expect(await lab.fix(report)).toEqual(['service-vip-missing', 'ingress-rule-missing']);
    expect(findingsOf(await lab.audit())).toEqual([]);
  });

  test('adds and removes real servers with --fix, and replaces no task', async ({ lab }) => {
    const tasks = await lab.inside('one', 'docker ps --quiet');
    await lab.inside('one', firstServer(lab, lab.ipvsadm('front', '-d -f "$mark" -r "$server"')));
    await lab.inside(
      'two',
      firstServer(
        lab,
        `${lab.ipvsadm('front', '-e -f "$mark" -r "$server" -m -w 0')}
${lab.ipvsadm('front', '-a -f "$mark" -r 10.30.0.99 -m -w 1')}`,
      ),
    );
    const report = await lab.audit();
    const place = { network: 'front', service: 'web' };
    expect(findingsOf(report), textOf(report)).toEqual([
      { code: 'service-backend-missing', where: { host: 'one', ...place } },
      { code: 'service-backend-missing', where: { host: 'two', ...place } },
      { code: 'service-backend-stale', where: { host: 'two', ...place } },
    ]);
    expect(await lab.fix(report)).toHaveLength(3);
    expect(findingsOf(await lab.audit())).toEqual([]);
    expect(await lab.inside('one', 'docker ps --quiet')).toBe(tasks);
  });
});
