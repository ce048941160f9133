#include "plugins/common/compression/compression.hpp"

#include <string>

#include <gtest/gtest.h>

#include <weir/error.hpp>

namespace weir::common {
namespace {

std::string sample(std::size_t bytes) {
  std::string text;
  for (std::uint32_t i = 0; text.size() < bytes; ++i) {
    text += "cpu,host=h" + std::to_string(i % 7) + " v=" + std::to_string(i * 2654435761U) + "\n";
  }
  text.resize(bytes);
  return text;
}

struct EncodingCase {
  const char* what;
  Encoding encoding;
};

class Encodings : public testing::TestWithParam<EncodingCase> {
 protected:
  Compressor compressor_{GetParam().encoding};
};

TEST_P(Encodings, BringMessagesOfAllSizesBack) {
  Decompressor decompressor(GetParam().encoding, 1U << 24);
  for (const std::size_t bytes : {0U, 1U, 4095U, 4096U, 4097U, 100'000U, 3'000'000U}) {
    const std::string text = sample(bytes);
    EXPECT_EQ(decompressor.decompress(compressor_.compress(text)), text) << bytes;
  }
}

// What a byte of a stream adds, taken with so much room at a time.
std::string decoded_byte(StreamDecoder& decoder, const char& byte, std::size_t room) {
  std::string decoded, out(room, '\0');
  std::string_view in(&byte, 1);
  std::size_t n = 0;
  do {
    n = decoder.decode(in, out.data(), room);
    decoded.append(out, 0, n);
  } while (n == room);
  EXPECT_TRUE(in.empty());
  return decoded;
}

// Goal: a stream gives the same bytes however it is cut, and whatever room the caller has.
TEST_P(Encodings, DecodeStreamsCutAnywhere) {
  const std::string first = sample(1500), second = sample(700);
  std::string stream(compressor_.compress(first));
  stream += compressor_.compress(second);
  for (const std::size_t room : {1U, 7U, 4096U}) {
    StreamDecoder decoder(GetParam().encoding);
    std::string decoded;
    for (const char& byte : stream) decoded += decoded_byte(decoder, byte, room);
    EXPECT_EQ(decoded, first + second);
    EXPECT_TRUE(decoder.complete());
  }
}

TEST_P(Encodings, RefuseMoreThanTheLimit) {
  Decompressor decompressor(GetParam().encoding, 1000);
  const std::string fits = sample(1000);
  EXPECT_EQ(decompressor.decompress(compressor_.compress(fits)), fits);
  EXPECT_THROW(decompressor.decompress(compressor_.compress(sample(1001))), fail);
  EXPECT_THROW(decompressor.decompress(compressor_.compress(std::string(1U << 24, 'x'))), fail);
  EXPECT_EQ(decompressor.decompress(compressor_.compress(fits)), fits);
}

TEST_P(Encodings, RefuseWhatIsCutOff) {
  Decompressor decompressor(GetParam().encoding, 1U << 20);
  const std::string whole(compressor_.compress(sample(500)));
  for (std::size_t n = 1; n < whole.size(); ++n) {
    EXPECT_THROW(decompressor.decompress(std::string_view(whole).substr(0, n)), fail) << n;
  }
}

TEST_P(Encodings, RefuseOtherBytes) {
  Decompressor decompressor(GetParam().encoding, 1U << 20);
  EXPECT_THROW(decompressor.decompress("cpu usage=1 1\n"), fail);
}

INSTANTIATE_TEST_SUITE_P(All, Encodings,
                         testing::Values(EncodingCase{"gzip", Encoding::gzip},
                                         EncodingCase{"zlib", Encoding::zlib},
                                         EncodingCase{"zstd", Encoding::zstd}),
                         [](const auto& test) { return test.param.what; });

TEST(Encoding, HasTelegrafsNames) {
  EXPECT_EQ(encoding_of(""), Encoding::identity);
  EXPECT_EQ(encoding_of("identity"), Encoding::identity);
  EXPECT_EQ(encoding_of("gzip"), Encoding::gzip);
  EXPECT_EQ(encoding_of("auto"), Encoding::detect);
  EXPECT_FALSE(encoding_of("GZIP").has_value());
  EXPECT_FALSE(encoding_of("br").has_value());
}

TEST(Encoding, HasTelegrafsLevels) {
  for (const int level : {-1, 0, 1, 9}) EXPECT_TRUE(supports_level(Encoding::gzip, level)) << level;
  for (const int level : {2, 6, 10}) EXPECT_FALSE(supports_level(Encoding::zlib, level)) << level;
  for (const int level : {-1, 1, 3, 7, 11}) {
    EXPECT_TRUE(supports_level(Encoding::zstd, level)) << level;
  }
  for (const int level : {0, 2, 12}) EXPECT_FALSE(supports_level(Encoding::zstd, level)) << level;
}

TEST(Encoding, StoresWithLevelNought) {
  Compressor compressor(Encoding::gzip, 0);
  EXPECT_GT(compressor.compress(std::string(1000, 'x')).size(), 1000U);
}

TEST(Identity, LeavesBytesAlone) {
  Compressor compressor(Encoding::identity);
  Decompressor decompressor(Encoding::identity, 10);
  EXPECT_EQ(compressor.compress("plain"), "plain");
  EXPECT_EQ(decompressor.decompress("plain"), "plain");
}

class Detect : public testing::Test {
 protected:
  // Decodes byte by byte.
  static std::string decode(std::string_view stream) {
    StreamDecoder decoder(Encoding::detect);
    std::string decoded;
    char out[64];
    for (; !stream.empty(); stream.remove_prefix(1)) {
      std::string_view in = stream.substr(0, 1);
      std::size_t n = 0;
      do {
        n = decoder.decode(in, out, sizeof out);
        decoded.append(out, n);
      } while (n == sizeof out);
    }
    return decoded;
  }
};

TEST_F(Detect, TellsGzipFromText) {
  Compressor compressor(Encoding::gzip);
  const std::string text = sample(300);
  EXPECT_EQ(decode(compressor.compress(text)), text);
  EXPECT_EQ(decode(text), text);
  EXPECT_EQ(decode("\x1fnot gzip"), "\x1fnot gzip");
}

TEST_F(Detect, DecodesWholeMessages) {
  Compressor compressor(Encoding::gzip);
  Decompressor decompressor(Encoding::detect, 100);
  EXPECT_EQ(decompressor.decompress(compressor.compress("one")), "one");
  EXPECT_EQ(decompressor.decompress("two"), "two");
  EXPECT_EQ(decompressor.decompress(compressor.compress("three")), "three");
}

}  // namespace
}  // namespace weir::common
