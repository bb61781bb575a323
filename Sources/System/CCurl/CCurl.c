#include "CCurl.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void start(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }
void ccurl_start(void) { pthread_once(&once, start); }

CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}
CURLcode ccurl_set_number(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}
CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *list) {
  return curl_easy_setopt(handle, option, list);
}

static size_t give(char *target, size_t size, size_t count, void *context) {
  ccurl_buffer *buffer = context;
  size_t room = size * count, left = buffer->count - buffer->place;
  size_t taken = room < left ? room : left;
  memcpy(target, buffer->bytes + buffer->place, taken);
  buffer->place += taken;
  return taken;
}

static size_t take(char *bytes, size_t size, size_t count, void *context) {
  ccurl_buffer *buffer = context;
  size_t more = size * count;
  if (more > buffer->limit - buffer->count) {
    buffer->overflow = true;
    return 0;
  }
  if (more == 0) return 0;
  uint8_t *grown = realloc(buffer->bytes, buffer->count + more);
  if (!grown) return 0;
  memcpy(grown + buffer->count, bytes, more);
  buffer->bytes = grown;
  buffer->count += more;
  return more;
}

static int watch(void *flag, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
  return __atomic_load_n((const int32_t *)flag, __ATOMIC_RELAXED) != 0;
}

CURLcode ccurl_send(CURL *handle, ccurl_buffer *from) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_READFUNCTION, give);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_READDATA, from);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
  return code;
}

CURLcode ccurl_post(CURL *handle, const uint8_t *bytes, size_t count) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, (const char *)bytes);
  return code;
}

CURLcode ccurl_receive(CURL *handle, ccurl_buffer *into) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_WRITEDATA, into);
  return code;
}

CURLcode ccurl_stop_by(CURL *handle, const int32_t *flag) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, watch);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_XFERINFODATA, (void *)flag);
  return code;
}

long ccurl_status(CURL *handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

long ccurl_retry_after(CURL *handle) {
  curl_off_t seconds = 0;
  curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &seconds);
  return seconds < 0 ? 0 : seconds > 86400 ? 86400 : (long)seconds;
}

void ccurl_free(ccurl_buffer *buffer) {
  free(buffer->bytes);
  memset(buffer, 0, sizeof *buffer);
}

void ccurl_raise_flag(int32_t *flag) { __atomic_store_n(flag, 1, __ATOMIC_RELAXED); }
