// SPDX-License-Identifier: MIT

package orders

import (
	"context"
	"fmt"
	"os"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
)

const (
	declinedCard = "4000-0002"
	taxPercent   = 20
)

// audit appends to the audit log, where one is kept.
func audit(ctx context.Context, format string, args ...any) error {
	path := os.Getenv("ORDER_ACTIVITY_LOG")
	if path == "" {
		return nil
	}
	log, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	id := activity.GetInfo(ctx).WorkflowExecution.ID
	_, err = fmt.Fprintln(log, id, fmt.Sprintf(format, args...))
	return err
}

func CalculateTax(ctx context.Context, amount int) (int, error) {
	return amount * taxPercent / 100, audit(ctx, "calculate tax")
}

func ReserveStock(ctx context.Context, order Order) (string, error) {
	reservation := fmt.Sprintf("reservation-%s-%d", order.Item, order.Quantity)
	return reservation, audit(ctx, "reserve %d of %s", order.Quantity, order.Item)
}

func ReleaseStock(ctx context.Context, reservation string) error {
	return audit(ctx, "release %s", reservation)
}

func CheckFraud(ctx context.Context, order Order) (string, error) {
	return "low risk", audit(ctx, "check for fraud")
}

func ChargeCard(ctx context.Context, payment Payment) (string, error) {
	if err := audit(ctx, "charge %d", payment.Total); err != nil {
		return "", err
	}
	if payment.Card == declinedCard {
		return "", temporal.NewNonRetryableApplicationError(
			"card declined", "CardDeclined", nil)
	}
	return fmt.Sprintf("charge-%d", payment.Total), nil
}

func SendReceipt(ctx context.Context, payment Payment) error {
	return audit(ctx, "send receipt for %d", payment.Total)
}

func PrintLabel(ctx context.Context, parcel Parcel) (string, error) {
	return "TRK-" + parcel.Item, audit(ctx, "print label to %s", parcel.Address)
}
