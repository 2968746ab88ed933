// SPDX-License-Identifier: MIT
// An order from reservation to shipping, and the shipping workflow it starts.

import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  executeChild,
  log,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type * as activities from './activities';
import type { Order, OrderResult, Parcel, Payment } from './shared';

const COOLING_OFF = '2 seconds';
const TRANSIT = '1 second';
const TIMEOUT = '10 seconds';

const { reserveStock, releaseStock, checkFraud, chargeCard, sendReceipt, printLabel } = proxyActivities<
  typeof activities
>({ startToCloseTimeout: TIMEOUT });
const { calculateTax } = proxyLocalActivities<typeof activities>({ startToCloseTimeout: TIMEOUT });

export const approve = defineSignal('approve');
export const note = defineSignal<[string]>('note');
export const changeAddress = defineUpdate<string, [string]>('changeAddress');
export const status = defineQuery<string>('status');

export async function orderWorkflow(order: Order): Promise<OrderResult> {
  let current = 'new';
  let approved = false;
  let address = order.address;

  setHandler(status, () => current);
  setHandler(approve, () => {
    approved = true;
  });
  setHandler(note, (text) => log.info('note', { text }));
  setHandler(
    changeAddress,
    (to) => {
      const before = address;
      address = to;
      return before;
    },
    {
      validator: (to) => {
        if (!to.trim()) throw new Error('the address is empty');
      },
    },
  );

  const tax = await calculateTax(order.amount);
  const payment: Payment = { card: order.card, total: order.amount + tax };

  current = 'reserving stock';
  const reservation = await reserveStock(order);

  if (patched('fraud-check')) {
    current = 'checking for fraud';
    await checkFraud(order);
  }

  current = 'waiting for approval';
  if (!(await condition(() => approved, order.deadline * 1000))) {
    await releaseStock(reservation);
    current = 'expired';
    return { status: current };
  }

  current = 'cooling off';
  await sleep(COOLING_OFF);

  current = 'charging';
  try {
    await chargeCard(payment);
  } catch (err) {
    if (!(err instanceof ActivityFailure)) throw err;
    await releaseStock(reservation);
    current = 'declined';
    throw ApplicationFailure.create({ message: 'order declined', type: 'OrderDeclined', cause: err });
  }

  current = 'shipping';
  const [tracking] = await Promise.all([
    executeChild(shipOrder, {
      workflowId: `${workflowInfo().workflowId}-ship`,
      args: [{ item: order.item, quantity: order.quantity, address }],
    }),
    sendReceipt(payment),
  ]);

  current = 'shipped';
  return { status: current, total: payment.total, tracking };
}

export async function shipOrder(parcel: Parcel): Promise<string> {
  const tracking = await printLabel(parcel);
  await sleep(TRANSIT);
  return tracking;
}
