import { activity, type ActivityCode } from '../../../process/activity.ts';

/** Runs a stage of bringing a cluster up as an activity with the stage's code. */
export async function runStage<T>(
  code: Exclude<ActivityCode, 'bring-up'>,
  run: () => Promise<T>,
): Promise<T> {
  return await activity('stage', code, run, { code });
}
