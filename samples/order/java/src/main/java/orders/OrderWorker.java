// SPDX-License-Identifier: MIT
package orders;

import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;

/** The worker of the order workflows. */
public class OrderWorker {
    public static void main(String[] args) {
        WorkflowServiceStubs service =
                WorkflowServiceStubs.newServiceStubs(
                        WorkflowServiceStubsOptions.newBuilder()
                                .setTarget(env("TEMPORAL_ADDRESS", "localhost:7233"))
                                .build());
        WorkflowClient client =
                WorkflowClient.newInstance(
                        service,
                        WorkflowClientOptions.newBuilder()
                                .setNamespace(env("TEMPORAL_NAMESPACE", "default"))
                                .build());

        WorkerFactory factory = WorkerFactory.newInstance(client);
        Worker worker = factory.newWorker(env("TEMPORAL_TASK_QUEUE", "orders"));
        worker.registerWorkflowImplementationTypes(
                OrderWorkflowImpl.class, ShipOrderImpl.class);
        worker.registerActivitiesImplementations(new OrderActivitiesImpl());
        factory.start();
    }

    private static String env(String name, String otherwise) {
        return System.getenv().getOrDefault(name, otherwise);
    }
}
