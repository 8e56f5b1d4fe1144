/*
 * Preloaded into Redis: after each sync of an append-only file it writes down, beside the file, how
 * long the file was when the sync began. A power cut keeps no more than that for certain.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void note(int fd, off_t length) {
  char link[64], path[4096 + 8], text[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, path, 4096);
  if (size < 4 || memcmp(path + size - 4, ".aof", 4) != 0) return;
  memcpy(path + size, ".synced", 8);
  int out = open(path, O_WRONLY | O_CREAT, 0644);
  if (out < 0) return;
  int written = snprintf(text, sizeof text, "%020lld", (long long)length);
  if (pwrite(out, text, (size_t)written, 0) < 0) perror(path);
  close(out);
}

static int sync_and_note(const char *name, int fd) {
  struct stat before;
  int is_file = fstat(fd, &before) == 0 && S_ISREG(before.st_mode);
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  int result = real(fd);
  if (result == 0 && is_file) note(fd, before.st_size);
  return result;
}

int fdatasync(int fd) { return sync_and_note("fdatasync", fd); }
int fsync(int fd) { return sync_and_note("fsync", fd); }
