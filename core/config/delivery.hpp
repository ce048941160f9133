#pragma once

// [outputs.NAME.delivery]: what Weir adds to Telegraf's options of an output.

#include <string>
#include <vector>

#include "core/config/node.hpp"
#include "core/config/section.hpp"
#include "core/config/settings.hpp"
#include "core/config/values.hpp"

namespace weir::config {

// whose: "outputs.kafka", for messages. delivery: holds the output's own defaults.
void read_delivery(const Node& node, const std::string& whose, Values& values,
                   DeliverySettings& delivery);

// Its options, for people.
[[nodiscard]] std::vector<KeyDoc> delivery_docs();

}  // namespace weir::config
