package io.myelin.bench.relay;

import io.myelin.cli.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The peer: nginx that passes an upstream's events on, unbuffered. */
final class Nginx {
  private Nginx() {}

  static Process start(Path folder, int port, int upstreamPort) throws IOException {
    String binary = find();
    Files.createDirectories(folder);
    Path config = folder.resolve("nginx.conf");
    Files.writeString(
        config,
        """
        daemon off;
        %s
        worker_processes 1;
        pid %s/nginx.pid;
        error_log %s/error.log;
        events { worker_connections 2048; }
        http {
          access_log off;
          client_body_temp_path %s/body;
          proxy_temp_path %s/proxy;
          fastcgi_temp_path %s/fastcgi;
          uwsgi_temp_path %s/uwsgi;
          scgi_temp_path %s/scgi;
          upstream model { server 127.0.0.1:%d; keepalive 256; }
          server {
            listen 127.0.0.1:%d;
            location / {
              proxy_pass http://model;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_buffering off;
              tcp_nodelay on;
            }
          }
        }
        """
            .formatted(
                "root".equals(System.getProperty("user.name")) ? "user root;" : "",
                folder,
                folder,
                folder,
                folder,
                folder,
                folder,
                folder,
                upstreamPort,
                port));
    return new ProcessBuilder(binary, "-p", folder.toString(), "-c", config.toString())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("nginx.log").toFile())
        .start();
  }

  private static String find() {
    String path = System.getenv("PATH");
    return Stream.concat(
            Stream.of((path == null ? "" : path).split(":")),
            List.of("/usr/sbin", "/usr/local/sbin").stream())
        .map(folder -> Path.of(folder, "nginx"))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElseThrow(
            () ->
                new CommandException(
                    "bench relay compares with nginx, which is not here (Debian: apt-get install nginx-light)"));
  }
}
