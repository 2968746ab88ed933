// SPDX-License-Identifier: MIT
// Replay.java: the Java SDK's own replayers over a folder of histories.
// usage: java ... hc.Replay static|reused HISTORY_FOLDER; prints how many passed and failed.
package hc;

import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.worker.Worker;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

public class Replay {
	/** One history; throws when it does not replay. */
	interface Replayer {
		void replay(File history) throws Exception;
	}

	/** What the documentation shows: WorkflowReplayer, which makes an environment each time. */
	static void fresh(File history) throws Exception {
		WorkflowReplayer.replayWorkflowExecution(history, types[0], rest());
	}

	static final Class<?>[] types = Wf.types().toArray(new Class<?>[0]);

	static Class<?>[] rest() {
		return Arrays.copyOfRange(types, 1, types.length);
	}

	static void all(String folder, Replayer replayer) {
		File[] files = new File(folder).listFiles((dir, name) -> name.endsWith(".json"));
		int passed = 0, failed = 0;

		Arrays.sort(files);
		for (File file : files) {
			try {
				replayer.replay(file);
				passed++;
			} catch (Exception e) {
				if (failed++ == 0)
					e.printStackTrace();
			}
		}
		System.out.println(passed + " " + failed);
	}

	public static void main(String[] args) {
		if (args[0].equals("static")) {
			all(args[1], Replay::fresh);
			System.exit(0);
		}
		// One environment for all: the quickest way that the SDK offers.
		TestWorkflowEnvironment environment = TestWorkflowEnvironment.newInstance();
		Worker worker = environment.newWorker("replay");

		worker.registerWorkflowImplementationTypes(types);
		all(args[1], file -> worker.replayWorkflowExecution(
			Files.readString(Path.of(file.getPath()))));
		System.exit(0);
	}
}
