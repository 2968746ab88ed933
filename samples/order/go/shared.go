// SPDX-License-Identifier: MIT

// Package orders takes an order from reservation to shipping.
package orders

// Order is what a customer asks for.
type Order struct {
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
	Amount   int    `json:"amount"` // cents, before tax
	Card     string `json:"card"`
	Address  string `json:"address"`
	Deadline int    `json:"deadline"` // seconds to wait for the approval
}

// Payment is what a card is charged with.
type Payment struct {
	Card  string `json:"card"`
	Total int    `json:"total"` // cents, with tax
}

// Parcel is what is sent where.
type Parcel struct {
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
	Address  string `json:"address"`
}

// OrderResult is how an order ended.
type OrderResult struct {
	Status   string `json:"status"`
	Total    int    `json:"total"`
	Tracking string `json:"tracking"`
}
