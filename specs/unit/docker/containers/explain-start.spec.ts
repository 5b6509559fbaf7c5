import { expect, test } from 'vitest';
import { explainStart } from '../../../../helpers/docker/containers/container.ts';

test('a start that waited too long for its network names the limit of Docker and a next step', () => {
  const message =
    'attaching to network failed, make sure your network options are correct and check manager logs: context deadline exceeded';
  expect(explainStart('web')({ status: 500, message })).toMatchObject({
    code: 'engine-refused',
    observed: expect.stringContaining('did not join the network within 20 s'),
    hint: expect.stringContaining('docker node ls'),
  });
});
