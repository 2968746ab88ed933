// SPDX-License-Identifier: MIT
// local.go: local activities; the tag nolocal builds a worker whose program has none.

//go:build !nolocal

package wfs

import "go.temporal.io/sdk/workflow"

func executeLocal(ctx workflow.Context, activity any, args ...any) workflow.Future {
	return workflow.ExecuteLocalActivity(ctx, activity, args...)
}
