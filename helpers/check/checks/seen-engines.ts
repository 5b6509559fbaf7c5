import type { EngineInfo } from '../../engine/info.ts';
import type { HostView, Observation } from '../observation.ts';
import type { EngineView } from '../observe/engines.ts';
import { whatWasSeen } from '../observed.ts';

/** A host whose engine has said all that it was asked. */
export interface AnsweringHost {
  readonly host: HostView;
  readonly view: EngineView;
  readonly info: EngineInfo;
}

/** The hosts whose engines have answered. */
export function answeringHosts({ hosts }: Pick<Observation, 'hosts'>): AnsweringHost[] {
  return hosts.flatMap((host) => {
    const view = whatWasSeen(host.engine);
    return view === undefined ? [] : { host, view, info: view.info };
  });
}
