// SPDX-License-Identifier: MIT

// The worker of the order workflows.
package main

import (
	"cmp"
	"log"
	"os"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"orders"
)

func main() {
	c, err := client.Dial(client.Options{
		HostPort:  cmp.Or(os.Getenv("TEMPORAL_ADDRESS"), client.DefaultHostPort),
		Namespace: cmp.Or(os.Getenv("TEMPORAL_NAMESPACE"), client.DefaultNamespace),
	})
	if err != nil {
		log.Fatalln("cannot connect:", err)
	}
	defer c.Close()

	w := worker.New(c, cmp.Or(os.Getenv("TEMPORAL_TASK_QUEUE"), "orders"), worker.Options{})
	w.RegisterWorkflow(orders.OrderWorkflow)
	w.RegisterWorkflow(orders.ShipOrder)
	w.RegisterActivity(orders.CalculateTax)
	w.RegisterActivity(orders.ReserveStock)
	w.RegisterActivity(orders.ReleaseStock)
	w.RegisterActivity(orders.CheckFraud)
	w.RegisterActivity(orders.ChargeCard)
	w.RegisterActivity(orders.SendReceipt)
	w.RegisterActivity(orders.PrintLabel)

	if err := w.Run(worker.InterruptCh()); err != nil {
		log.Fatalln("worker stopped:", err)
	}
}
