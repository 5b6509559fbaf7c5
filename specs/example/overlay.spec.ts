import { expect, testOf } from 'overlay-e2e/spec';
import topology from './topology.ts';

const test = testOf(topology);

test('shop and stock run on different engines, each with an address on the overlay', async ({
  lab,
  machine,
  topology: running,
}) => {
  const [counter, cellar] = await Promise.all([
    machine('counter').engine.info(),
    machine('cellar').engine.info(),
  ]);
  expect(counter.id).not.toBe(cellar.id);
  expect(running.workload).toMatchObject([
    { container: 'stock', machine: 'cellar', network: 'stairs' },
    { container: 'shop', machine: 'counter', network: 'stairs' },
  ]);
  const shop = await lab.container('shop');
  expect(await shop.addressOn('stairs')).toMatch(/^10\.20\.0\.\d+$/);
});

test('each resolves the name of the other', async ({ lab }) => {
  await expect(lab.container('shop')).toResolve('stock');
  await expect(lab.container('stock')).toResolve('shop');
});

test("each answers the other's pings, even at the overlay's maximum packet size", async ({
  lab,
}) => {
  await expect(lab.container('shop')).toPing('stock');
  await expect(lab.container('stock')).toPing('shop', { size: 1422, dontFragment: true });
});

test('shop gets the tins from the stock on the other host', async ({ lab }) => {
  await expect(lab.container('shop')).toReach('stock', { port: 8080 });
  await expect(lab.container('shop')).toGet('http://stock:8080/tins', { body: 'twelve tins\n' });
});

test('the cluster is healthy', async ({ check }) => {
  expect(await check.audit()).toBeHealthy();
});
