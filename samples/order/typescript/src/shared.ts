// SPDX-License-Identifier: MIT
// What workflows, activities and starters tell each other.

export interface Order {
  item: string;
  quantity: number;
  amount: number; // cents, before tax
  card: string;
  address: string;
  deadline: number; // seconds to wait for the approval
}

export interface Payment {
  card: string;
  total: number; // cents, with tax
}

export interface Parcel {
  item: string;
  quantity: number;
  address: string;
}

export interface OrderResult {
  status: string;
  total?: number;
  tracking?: string;
}
