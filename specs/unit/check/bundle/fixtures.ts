import type { Observation } from '../../../../helpers/check/model/observation.ts';
import { withoutValue, withValue } from '../../../../helpers/check/model/observed.ts';
import { brokenReport, reportOf } from '../../report/findings/reports.ts';
import { trial, twoHosts } from '../compare/kernel/two-hosts.ts';
import { containerOf, engineAt, keyValueCluster } from '../healthy-cluster.ts';
import { swarmWithService, withTasks } from '../services/swarm.ts';

/** Observations of all kinds, healthy and broken. */
export const observations: Readonly<Record<string, Observation>> = {
  'a healthy key-value cluster': keyValueCluster(),
  'a key-value cluster without its store': keyValueCluster({
    rest: { store: withoutValue('connection refused', 'failed', 'engine-stopped') },
  }),
  'a key-value cluster with a stopped container': keyValueCluster({
    hosts: {
      'master-host': {
        engine: engineAt('master-host', {
          containers: [containerOf('tomcat-app', { status: 'exited', running: false })],
        }),
      },
    },
  }),
  'two healthy hosts': twoHosts(),
  'two hosts with a missing forwarding entry': twoHosts({
    master: { forwarding: [], neighbours: [] },
    later: { forwarding: [], neighbours: [] },
    trials: [trial(false)],
  }),
  'a swarm with a healthy service': swarmWithService(),
  'a swarm without tasks': swarmWithService({ before: withTasks(() => []) }),
  'a swarm whose kernels were not read': swarmWithService({ kernels: 'unread' }),
  'two hosts that lose packets': brokenReport().observation,
  'a large cluster': reportOf(16).observation,
  'an application with a wrong answer': keyValueCluster({
    rest: {
      expectations: {
        application: { url: 'http://192.168.99.101:8080/car', status: 200, body: 'Volvo' },
      },
      application: withValue({
        ports: [],
        answer: {
          url: 'http://192.168.99.101:8080/car',
          status: 500,
          body: '\u001B[31mError\u001B[0m',
          error: undefined,
          database: undefined,
        },
      }),
    },
  }),
};
