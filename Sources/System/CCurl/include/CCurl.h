// Typed calls of libcurl, whose own are variadic, and the callbacks between it and plain buffers.
#pragma once
#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Bytes on their way: those before `place` were read, those before `count` are there.
typedef struct {
  uint8_t *bytes;
  size_t count, place, limit;
  bool overflow;
} ccurl_buffer;

void ccurl_start(void);
CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *value);
CURLcode ccurl_set_number(CURL *handle, CURLoption option, long value);
CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *list);
// What is sent; the bytes stay the caller's.
CURLcode ccurl_send(CURL *handle, ccurl_buffer *from);
// Sets the body of a POST; the bytes stay the caller's.
CURLcode ccurl_post(CURL *handle, const uint8_t *bytes, size_t count);
// What comes back, up to the limit; freed by ccurl_free.
CURLcode ccurl_receive(CURL *handle, ccurl_buffer *into);
// Gives the transfer up soon after the flag is not 0 any more.
CURLcode ccurl_stop_by(CURL *handle, const int32_t *flag);
long ccurl_status(CURL *handle);
long ccurl_retry_after(CURL *handle);
void ccurl_free(ccurl_buffer *buffer);
void ccurl_raise_flag(int32_t *flag);
