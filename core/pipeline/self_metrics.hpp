#pragma once

// The ledger as Telegraf's internal_* metrics, for inputs.internal.
//
// Instances of one plugin are added up, unless per_instance; then they carry the tag _id. What
// plugins count themselves is internal_PLUGIN with the tag kind.

#include <weir/builder.hpp>

#include "core/metrics/ledger.hpp"

namespace weir::pipeline {

void write_self_metrics(const metrics::Ledger& ledger, bool per_instance, builder& out);

}  // namespace weir::pipeline
