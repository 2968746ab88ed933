// SPDX-License-Identifier: MIT
// Load.java: loads histories with the SDK's own loader: Load OUT FILE...
import io.temporal.api.history.v1.History;
import io.temporal.api.history.v1.HistoryEvent;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;

public class Load {
  /** The class moved between releases. */
  static Class<?> loader() throws ClassNotFoundException {
    try {
      return Class.forName("io.temporal.common.WorkflowExecutionHistory");
    } catch (ClassNotFoundException e) {
      return Class.forName("io.temporal.internal.common.WorkflowExecutionHistory");
    }
  }

  static byte[] load(Path file) throws Throwable {
    String json = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    try {
      Object history = loader().getMethod("fromJson", String.class).invoke(null, json);
      History.Builder all = History.newBuilder();
      for (Object event : (List<?>) loader().getMethod("getEvents").invoke(history)) {
        all.addEvents((HistoryEvent) event);
      }
      return all.build().toByteArray();
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  public static void main(String[] args) throws Exception {
    for (int i = 1; i < args.length; i++) {
      Path file = Paths.get(args[i]);
      try {
        Files.write(Paths.get(args[0], file.getFileName() + ".bin"), load(file));
      } catch (Throwable e) {
        System.out.println(file.getFileName() + ": " + String.valueOf(e).split("\n")[0]);
      }
    }
  }
}
