import type { EngineInfo } from '../../../docker/info.ts';
import type { HostView, Observation } from '../../model/observation.ts';
import type { EngineView } from '../../model/views/engine-view.ts';
import { valueOf } from '../../model/observed.ts';

/** A host whose engine answered all requests. */
export interface AnsweringHost {
  readonly host: HostView;
  readonly view: EngineView;
  readonly info: EngineInfo;
}

/** The hosts whose engines have answered. */
export function answeringHosts({ hosts }: Pick<Observation, 'hosts'>): AnsweringHost[] {
  return hosts.flatMap((host) => {
    const view = valueOf(host.engine);
    return view === undefined ? [] : { host, view, info: view.info };
  });
}
