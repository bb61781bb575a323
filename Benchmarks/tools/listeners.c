// Opens many WebSockets to a path of a server on this machine and reads what comes, until it is
// ended: listeners PORT PATH COUNT. Prints the bytes read when it gets SIGTERM.
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t ended;
static void end(int number) { (void)number; ended = 1; }

static int open_stream(int port, const char *path) {
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, "127.0.0.1", &name.sin_addr);
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(descriptor, (struct sockaddr *)&name, sizeof name) != 0) return -1;
  char text[1024];
  int length = snprintf(
      text, sizeof text,
      "GET %s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", path);
  if (write(descriptor, text, length) != length) return -1;
  int count = read(descriptor, text, sizeof text - 1);
  if (count < 12 || strncmp(text, "HTTP/1.1 101", 12) != 0) return -1;
  return descriptor;
}

int main(int count, char **words) {
  if (count != 4) return 64;
  signal(SIGTERM, end);
  int epoll = epoll_create1(0), wanted = atoi(words[3]);
  for (int number = 0; number < wanted; number++) {
    struct epoll_event event = {.events = EPOLLIN};
    event.data.fd = open_stream(atoi(words[1]), words[2]);
    if (event.data.fd < 0) {
      fprintf(stderr, "listeners: the server refused number %d\n", number);
      return 1;
    }
    epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event);
  }
  printf("open %d\n", wanted);
  fflush(stdout);
  static char bytes[1 << 18];
  struct epoll_event events[256];
  unsigned long long total = 0;
  while (!ended) {
    int ready = epoll_wait(epoll, events, 256, 1000);
    for (int index = 0; index < ready; index++) {
      ssize_t read_now = read(events[index].data.fd, bytes, sizeof bytes);
      if (read_now > 0) total += read_now;
      else close(events[index].data.fd);
    }
  }
  printf("bytes %llu\n", total);
  return 0;
}
