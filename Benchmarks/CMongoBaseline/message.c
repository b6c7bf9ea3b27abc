#include "common.h"

#include <string.h>

#define TEXT(literal) ((mongo_baseline_text){literal, (int)sizeof(literal) - 1})

// With literal keys their lengths are known to the compiler.
#define APPEND_TEXT(document, key, text) \
    bson_append_utf8(document, key, (int)sizeof(key) - 1, (text).bytes, (text).length)

mongo_baseline_message mongo_baseline_sample(int64_t seq) {
    return (mongo_baseline_message){
        .send_id = TEXT("8613912"),
        .recv_id = TEXT("8613955"),
        .group_id = TEXT(""),
        .client_msg_id = TEXT("3f2c"),
        .server_msg_id = TEXT("9b41"),
        .sender_platform_id = 2,
        .sender_nickname = TEXT("Ann"),
        .sender_face_url = TEXT(""),
        .session_type = 1,
        .msg_from = 100,
        .content_type = 101,
        .content = TEXT("{\"content\":\"hello, I am at the station at nine\"}"),
        .seq = seq,
        .send_time = 1794000000000 + seq,
        .create_time = 1794000000000,
        .status = 2,
        .is_read = false,
        .has_history = true,
        .has_unread_count = true,
        .has_offline_push = false,
        .at_user_id = TEXT("8613977"),
        .attached_info = TEXT(""),
        .ex = TEXT(""),
    };
}

void mongo_baseline_append(bson_t *document, const mongo_baseline_message *message) {
    bson_t child;
    APPEND_TEXT(document, "send_id", message->send_id);
    APPEND_TEXT(document, "recv_id", message->recv_id);
    APPEND_TEXT(document, "group_id", message->group_id);
    APPEND_TEXT(document, "client_msg_id", message->client_msg_id);
    APPEND_TEXT(document, "server_msg_id", message->server_msg_id);
    BSON_APPEND_INT32(document, "sender_platform_id", message->sender_platform_id);
    APPEND_TEXT(document, "sender_nickname", message->sender_nickname);
    APPEND_TEXT(document, "sender_face_url", message->sender_face_url);
    BSON_APPEND_INT32(document, "session_type", message->session_type);
    BSON_APPEND_INT32(document, "msg_from", message->msg_from);
    BSON_APPEND_INT32(document, "content_type", message->content_type);
    APPEND_TEXT(document, "content", message->content);
    BSON_APPEND_INT64(document, "seq", message->seq);
    BSON_APPEND_INT64(document, "send_time", message->send_time);
    BSON_APPEND_INT64(document, "create_time", message->create_time);
    BSON_APPEND_INT32(document, "status", message->status);
    BSON_APPEND_BOOL(document, "is_read", message->is_read);
    BSON_APPEND_DOCUMENT_BEGIN(document, "options", &child);
    BSON_APPEND_BOOL(&child, "history", message->has_history);
    BSON_APPEND_BOOL(&child, "unreadCount", message->has_unread_count);
    BSON_APPEND_BOOL(&child, "offlinePush", message->has_offline_push);
    bson_append_document_end(document, &child);
    BSON_APPEND_NULL(document, "offline_push");
    BSON_APPEND_ARRAY_BEGIN(document, "at_user_id_list", &child);
    APPEND_TEXT(&child, "0", message->at_user_id);
    bson_append_array_end(document, &child);
    APPEND_TEXT(document, "attached_info", message->attached_info);
    APPEND_TEXT(document, "ex", message->ex);
}

// In the order in which they are written, so that usually the first comparison hits.
static const char *const names[field_count] = {
    "send_id",      "recv_id",      "group_id",        "client_msg_id", "server_msg_id",
    "sender_platform_id", "sender_nickname", "sender_face_url", "session_type",  "msg_from",
    "content_type", "content",      "seq",             "send_time",     "create_time",
    "status",       "is_read",      "options",         "offline_push",  "at_user_id_list",
    "attached_info", "ex",
};

// The field of this name, looked for from `expected` on; -1 for none.
static int field(const char *name, int expected) {
    for (int tried = 0, index = expected; tried < field_count; tried++) {
        if (strcmp(name, names[index]) == 0) return index;
        index = index + 1 < field_count ? index + 1 : 0;
    }
    return -1;
}

static int64_t value(const bson_iter_t *iter);

static int64_t values(bson_iter_t *iter) {
    int64_t sum = 0;
    while (bson_iter_next(iter)) sum += value(iter);
    return sum;
}

// What the value adds to the checksum.
static int64_t value(const bson_iter_t *iter) {
    bson_iter_t child;
    uint32_t length;
    switch (bson_iter_type(iter)) {
        case BSON_TYPE_UTF8: {
            const char *text = bson_iter_utf8(iter, &length);
            return length + (unsigned char)text[0];
        }
        case BSON_TYPE_INT32: return bson_iter_int32(iter);
        case BSON_TYPE_INT64: return bson_iter_int64(iter);
        case BSON_TYPE_BOOL: return bson_iter_bool(iter);
        case BSON_TYPE_DOCUMENT:
        case BSON_TYPE_ARRAY: return bson_iter_recurse(iter, &child) ? values(&child) : 0;
        default: return 0;
    }
}

int mongo_baseline_add_up(const bson_t *document, int64_t *checksum) {
    bson_iter_t iter;
    int found = 0, expected = 0;
    if (!bson_iter_init(&iter, document)) return 0;
    while (bson_iter_next(&iter)) {
        int index = field(bson_iter_key(&iter), expected);
        if (index < 0) continue;
        *checksum += value(&iter);
        expected = index + 1 < field_count ? index + 1 : 0;
        found++;
    }
    return found;
}

size_t mongo_baseline_document(int64_t seq, uint8_t *bytes, size_t capacity) {
    bson_t document;
    mongo_baseline_message message = mongo_baseline_sample(seq);
    bson_init(&document);
    mongo_baseline_append(&document, &message);
    size_t length = document.len <= capacity ? document.len : 0;
    memcpy(bytes, bson_get_data(&document), length);
    bson_destroy(&document);
    return length;
}
