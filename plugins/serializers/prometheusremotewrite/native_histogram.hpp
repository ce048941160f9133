#pragma once

// Native histograms as rows hold them: the fields count, sum, schema, counter_reset_hint,
// zero_threshold, zero_count, positive_span_0_offset, positive_span_0_length, positive_bucket_0 and
// so on, of the types that Telegraf gives them.
//
// Format     https://github.com/prometheus/prometheus/blob/main/prompb/types.proto (Histogram)
// Threads    Functions without state.
// Errors     std::bad_alloc.
// Limits     Schemas -4 to 8; as many spans and buckets as the row has fields.

#include <string>

#include <weir/batch.hpp>

namespace weir::remote_write {

// Writes it to out and returns true; false where the row's fields are none, or none that is valid.
bool encode_native_histogram(const row& r, std::string& out);

}  // namespace weir::remote_write
