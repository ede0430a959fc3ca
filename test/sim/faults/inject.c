/* Preloaded into an agent: fails chosen system calls on chosen files and shifts its clock, as a shared page says. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { ON_WRITE = 1, ON_SYNC = 2, ON_OPEN = 4, ON_READ = 8 };

/* The same offsets stand in fault-page.ts. */
struct page {
  int32_t armed;           /*  0 */
  int32_t code;            /*  4: errno to give */
  int32_t calls;           /*  8: ON_… */
  int32_t after;           /* 12: matching calls that still succeed */
  int32_t times;           /* 16: matching calls that then fail; -1: all */
  int32_t failed;          /* 20: calls that have failed */
  int64_t clock_ms;        /* 24: added to the wall clock */
  int32_t log_failing;     /* 32: a write or sync of the log has failed and none has been synced since */
  int32_t acks_while;      /* 36: acknowledgements written meanwhile */
  char path[256];          /* 40: part of the paths that match */
};

static struct page *shared;

static struct page *page_of(void) {
  static int looked;
  if (looked) return shared;
  looked = 1;
  const char *path = getenv("LITTORAL_FAULTS");
  if (path == NULL) return NULL;
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return NULL;
  void *mapped = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (mapped != MAP_FAILED) shared = mapped;
  return shared;
}

static int matches(struct page *p, const char *path) { return strstr(path, p->path) != NULL; }

static int is_log(const char *path) {
  size_t length = strlen(path);
  return length > 12 && strcmp(path + length - 12, "agent.db-wal") == 0;
}

static int path_of(int fd, char *path, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, size - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return path[0] == '/';
}

/* Whether this call is to fail; errno is then set. */
static int fails(int kind, const char *path) {
  struct page *p = page_of();
  if (p == NULL || !p->armed || !(p->calls & kind) || !matches(p, path)) return 0;
  if (__atomic_fetch_sub(&p->after, 1, __ATOMIC_SEQ_CST) > 0) return 0;
  if (p->times >= 0 && p->failed >= p->times) return 0;
  __atomic_fetch_add(&p->failed, 1, __ATOMIC_SEQ_CST);
  if ((kind == ON_WRITE || kind == ON_SYNC) && is_log(path)) p->log_failing = 1;
  errno = p->code;
  return 1;
}

static int fails_on(int kind, int fd) {
  struct page *p = page_of();
  char path[4096];
  return p != NULL && p->armed && path_of(fd, path, sizeof path) && fails(kind, path);
}

static void note_ack(int fd, const void *bytes, size_t length) {
  struct page *p = page_of();
  struct stat about;
  if (p == NULL || !p->log_failing || length == 0) return;
  unsigned char first = *(const unsigned char *)bytes;
  if ((first == 0x40 || first == 0x50 || first == 0x70) && fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode)) __atomic_fetch_add(&p->acks_while, 1, __ATOMIC_SEQ_CST);
}

static void note_synced(int fd) {
  struct page *p = page_of();
  char path[4096];
  if (p != NULL && p->log_failing && path_of(fd, path, sizeof path) && is_log(path)) p->log_failing = 0;
}

#define REAL(type, name, ...) \
  static type (*real)(__VA_ARGS__); \
  if (real == NULL) real = dlsym(RTLD_NEXT, name)

ssize_t write(int fd, const void *bytes, size_t length) {
  REAL(ssize_t, "write", int, const void *, size_t);
  if (fails_on(ON_WRITE, fd)) return -1;
  note_ack(fd, bytes, length);
  return real(fd, bytes, length);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(ssize_t, "writev", int, const struct iovec *, int);
  if (fails_on(ON_WRITE, fd)) return -1;
  if (count > 0) note_ack(fd, parts[0].iov_base, parts[0].iov_len);
  return real(fd, parts, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
  REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
  return fails_on(ON_WRITE, fd) ? -1 : real(fd, bytes, length, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
  REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
  return fails_on(ON_WRITE, fd) ? -1 : real(fd, bytes, length, at);
}

ssize_t pread64(int fd, void *bytes, size_t length, off64_t at) {
  REAL(ssize_t, "pread64", int, void *, size_t, off64_t);
  return fails_on(ON_READ, fd) ? -1 : real(fd, bytes, length, at);
}

int ftruncate64(int fd, off64_t length) {
  REAL(int, "ftruncate64", int, off64_t);
  return fails_on(ON_WRITE, fd) ? -1 : real(fd, length);
}

int fsync(int fd) {
  REAL(int, "fsync", int);
  if (fails_on(ON_SYNC, fd)) return -1;
  int result = real(fd);
  if (result == 0) note_synced(fd);
  return result;
}

int fdatasync(int fd) {
  REAL(int, "fdatasync", int);
  if (fails_on(ON_SYNC, fd)) return -1;
  int result = real(fd);
  if (result == 0) note_synced(fd);
  return result;
}

static int opens_to_write(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT); }

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    REAL(int, #name, const char *, int, ...); \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0; \
    va_end(rest); \
    struct page *p = shared; \
    if (p != NULL && opens_to_write(flags) && fails(ON_OPEN, path)) return -1; \
    return real(path, flags, mode); \
  }
OPEN(open)
OPEN(open64)

int clock_gettime(clockid_t clock, struct timespec *now) {
  REAL(int, "clock_gettime", clockid_t, struct timespec *);
  int result = real(clock, now);
  struct page *p = shared;
  if (result == 0 && p != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += p->clock_ms / 1000;
  return result;
}

int gettimeofday(struct timeval *now, void *zone) {
  REAL(int, "gettimeofday", struct timeval *, void *);
  int result = real(now, zone);
  struct page *p = page_of();
  if (result == 0 && p != NULL) now->tv_sec += p->clock_ms / 1000;
  return result;
}
