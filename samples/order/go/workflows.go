// SPDX-License-Identifier: MIT

package orders

import (
	"errors"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

const (
	coolingOff = 2 * time.Second
	transit    = time.Second
	timeout    = 10 * time.Second
)

// OrderWorkflow takes an order from reservation to shipping.
func OrderWorkflow(ctx workflow.Context, order Order) (OrderResult, error) {
	status := "new"
	address := order.Address
	if err := handleMessages(ctx, &status, &address); err != nil {
		return OrderResult{}, err
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: timeout,
	})

	var tax int
	local := workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout: timeout,
	})
	err := workflow.ExecuteLocalActivity(local, CalculateTax, order.Amount).Get(ctx, &tax)
	if err != nil {
		return OrderResult{}, err
	}
	payment := Payment{Card: order.Card, Total: order.Amount + tax}

	status = "reserving stock"
	var reservation string
	err = workflow.ExecuteActivity(ctx, ReserveStock, order).Get(ctx, &reservation)
	if err != nil {
		return OrderResult{}, err
	}

	if workflow.GetVersion(ctx, "fraud-check", workflow.DefaultVersion, 1) == 1 {
		status = "checking for fraud"
		err = workflow.ExecuteActivity(ctx, CheckFraud, order).Get(ctx, nil)
		if err != nil {
			return OrderResult{}, err
		}
	}

	status = "waiting for approval"
	approved := false
	approval := workflow.NewSelector(ctx)
	approval.AddReceive(workflow.GetSignalChannel(ctx, "approve"),
		func(c workflow.ReceiveChannel, _ bool) {
			c.Receive(ctx, nil)
			approved = true
		})
	window, stopWindow := workflow.WithCancel(ctx)
	deadline := time.Duration(order.Deadline) * time.Second
	approval.AddFuture(workflow.NewTimer(window, deadline), func(workflow.Future) {})
	approval.Select(ctx)
	if !approved {
		err = workflow.ExecuteActivity(ctx, ReleaseStock, reservation).Get(ctx, nil)
		status = "expired"
		return OrderResult{Status: status}, err
	}
	stopWindow()

	status = "cooling off"
	if err = workflow.Sleep(ctx, coolingOff); err != nil {
		return OrderResult{}, err
	}

	status = "charging"
	if err = workflow.ExecuteActivity(ctx, ChargeCard, payment).Get(ctx, nil); err != nil {
		declined := temporal.NewApplicationErrorWithCause("order declined", "OrderDeclined", err)
		err = workflow.ExecuteActivity(ctx, ReleaseStock, reservation).Get(ctx, nil)
		if err != nil {
			return OrderResult{}, err
		}
		status = "declined"
		return OrderResult{}, declined
	}

	status = "shipping"
	child := workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID: workflow.GetInfo(ctx).WorkflowExecution.ID + "-ship",
	})
	parcel := Parcel{Item: order.Item, Quantity: order.Quantity, Address: address}
	ship := workflow.ExecuteChildWorkflow(child, ShipOrder, parcel)
	receipt := workflow.ExecuteActivity(ctx, SendReceipt, payment)
	var tracking string
	if err = ship.Get(ctx, &tracking); err != nil {
		return OrderResult{}, err
	}
	if err = receipt.Get(ctx, nil); err != nil {
		return OrderResult{}, err
	}

	status = "shipped"
	return OrderResult{Status: status, Total: payment.Total, Tracking: tracking}, nil
}

// handleMessages sets up what an order can be asked and told while it runs.
func handleMessages(ctx workflow.Context, status, address *string) error {
	err := workflow.SetQueryHandler(ctx, "status", func() (string, error) {
		return *status, nil
	})
	if err != nil {
		return err
	}
	workflow.Go(ctx, func(ctx workflow.Context) {
		notes := workflow.GetSignalChannel(ctx, "note")
		for {
			var text string
			notes.Receive(ctx, &text)
			workflow.GetLogger(ctx).Info("note", "text", text)
		}
	})
	return workflow.SetUpdateHandlerWithOptions(ctx, "changeAddress",
		func(ctx workflow.Context, to string) (string, error) {
			before := *address
			*address = to
			return before, nil
		},
		workflow.UpdateHandlerOptions{Validator: func(to string) error {
			if strings.TrimSpace(to) == "" {
				return errors.New("the address is empty")
			}
			return nil
		}})
}

// ShipOrder prints the label and sees the parcel off.
func ShipOrder(ctx workflow.Context, parcel Parcel) (string, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: timeout,
	})
	var tracking string
	err := workflow.ExecuteActivity(ctx, PrintLabel, parcel).Get(ctx, &tracking)
	if err != nil {
		return "", err
	}
	return tracking, workflow.Sleep(ctx, transit)
}
