/**
 * Set-up file of every Vitest project: activities of the harness during a test, a hook or a fixture become steps of its
 * tests.
 */
import { Status } from 'allure-js-commons';
import type { RuntimeMessage } from 'allure-js-commons/sdk';
import { afterAll, afterEach, TestRunner } from 'vitest';
import { watchActivityTrees } from '../results/activity-tree.ts';
import { errorCodesOf, errorLabel } from '../results/labels/error-label.ts';
import { reportRuntime } from '../results/evidence.ts';
import { keepLateSteps } from './late-steps.ts';
import { type Step, toStep } from '../results/step.ts';

const watch = watchActivityTrees((root) => send(toStep(root)));

/** True if an activity was reported after a test of this file had ended, and outside the next. */
let late = false;
let ended = false;

afterEach(async ({ task }) => {
  ended = true;
  watch.takeUnended().forEach((root) => send(toStep(root)));
  const codes = task.result?.errors?.flatMap(errorCodesOf) ?? [];
  const labels = [...new Set(codes)].map((value) => ({ name: errorLabel, value }));
  if (labels.length > 0) {
    await reportRuntime()?.sendMessage({ type: 'metadata', data: { labels } });
  }
});
// The first to be registered, and so the last to run.
// oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it which fixtures are wanted: none.
afterAll(({}, file) => {
  watch.stop();
  if (late) keepLateSteps(file);
});

/** Sends a step with its true times; the public `step()` of Allure would measure the sending. */
function send(step: Step): void {
  const runtime = reportRuntime();
  if (runtime === undefined) return;
  if (ended && TestRunner.getCurrentTest() === undefined) late = true;
  for (const message of messagesOf(step)) void runtime.sendMessage(message);
}

function messagesOf(step: Step): RuntimeMessage[] {
  const { name, start, stop, message, text } = step;
  const attached: RuntimeMessage[] =
    text === undefined
      ? []
      : [
          {
            type: 'attachment_content',
            data: {
              name: text.name,
              content: Buffer.from(text.content).toString('base64'),
              encoding: 'base64',
              contentType: 'text/plain',
            },
          },
        ];
  return [
    { type: 'step_start', data: { name, start } },
    ...attached,
    ...step.steps.flatMap(messagesOf),
    {
      type: 'step_stop',
      data: {
        stop,
        status: message === undefined ? Status.PASSED : Status.BROKEN,
        ...(message === undefined ? {} : { statusDetails: { message } }),
      },
    },
  ];
}
