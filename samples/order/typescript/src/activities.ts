// SPDX-License-Identifier: MIT
// The activities of an order: everything that touches the world outside.

import { activityInfo, ApplicationFailure } from '@temporalio/activity';
import { appendFile } from 'node:fs/promises';
import type { Order, Parcel, Payment } from './shared';

const DECLINED_CARD = '4000-0002';
const TAX_PERCENT = 20;

/** Append to the audit log, where one is kept. */
async function audit(line: string): Promise<void> {
  const path = process.env.ORDER_ACTIVITY_LOG;
  if (path) await appendFile(path, `${activityInfo().workflowExecution?.workflowId} ${line}\n`);
}

export async function calculateTax(amount: number): Promise<number> {
  await audit('calculate tax');
  return Math.floor((amount * TAX_PERCENT) / 100);
}

export async function reserveStock(order: Order): Promise<string> {
  await audit(`reserve ${order.quantity} of ${order.item}`);
  return `reservation-${order.item}-${order.quantity}`;
}

export async function releaseStock(reservation: string): Promise<void> {
  await audit(`release ${reservation}`);
}

export async function checkFraud(_order: Order): Promise<string> {
  await audit('check for fraud');
  return 'low risk';
}

export async function chargeCard(payment: Payment): Promise<string> {
  await audit(`charge ${payment.total}`);
  if (payment.card === DECLINED_CARD) {
    throw ApplicationFailure.nonRetryable('card declined', 'CardDeclined');
  }
  return `charge-${payment.total}`;
}

export async function sendReceipt(payment: Payment): Promise<void> {
  await audit(`send receipt for ${payment.total}`);
}

export async function printLabel(parcel: Parcel): Promise<string> {
  await audit(`print label to ${parcel.address}`);
  return `TRK-${parcel.item}`;
}
