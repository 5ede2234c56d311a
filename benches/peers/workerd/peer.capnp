@0xb2e9a0c4f1d63857;

using Workerd = import "/workerd/workerd.capnp";

const services :List(Workerd.Service) = [
  (
    name = "counter",
    worker = (
      modules = [
        # Named as they lie, so that what they import from each other is found.
        (name = "workerd/worker.js", esModule = embed "worker.js"),
        (name = "shared/window.js", esModule = embed "../shared/window.js"),
      ],
      compatibilityDate = "2026-11-01",
      # No peer compresses its frames of 30 bytes.
      compatibilityFlags = ["no_web_socket_compression"],
      bindings = [
        (name = "POSTS", durableObjectNamespace = "Post"),
        (name = "ORIGIN", fromEnvironment = "ORIGIN"),
        (name = "SLUGS", fromEnvironment = "SLUGS"),
        (name = "WINDOW_MS", fromEnvironment = "WINDOW_MS"),
      ],
      durableObjectNamespaces = [
        (className = "Post", uniqueKey = "view-counter-peer", enableSql = true),
      ],
      durableObjectStorage = (localDisk = "data"),
    ),
  ),
  # The folder comes from the command line.
  (name = "data", disk = (writable = true)),
];
