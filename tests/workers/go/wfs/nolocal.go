// SPDX-License-Identifier: MIT
// nolocal.go: a worker whose program has no local activities.

//go:build nolocal

package wfs

import "go.temporal.io/sdk/workflow"

func executeLocal(ctx workflow.Context, activity any, args ...any) workflow.Future {
	panic("built without local activities")
}
